"""Bytecode that Lambda uses: compiled with the runtime's own version, whatever the file times say.

Without it every cold start compiles all it imports, which took about a second longer.
"""

import os
import shutil
import sys
from functools import cache
from pathlib import Path

from infra.processes import run


@cache
def interpreter(python: str) -> str | None:
    """An interpreter of exactly this minor version, or None when the machine has none."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python"))
    installed = [
        *sorted(pyenv.glob(f"{python}.*/bin/python")),
        *sorted(uv.glob(f"cpython-{python}*/bin/python{python}")),
    ]
    candidates = [shutil.which(f"python{python}"), *map(str, installed)]
    return next((path for path in candidates if path and _runs(path, python)), None)


def compile_folder(folder: Path, python: str) -> None:
    found = interpreter(python)
    if found is None:
        return
    # names in sets are written in hash order; a fixed seed makes the files identical
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": ""}
    command = [found, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    done = run([*command, "-s", str(folder), "-p", "/var/task", str(folder)], environment)
    if done.returncode:
        raise RuntimeError(f"{folder} cannot be compiled: {done.stdout.strip()}")


def _runs(path: str, python: str) -> bool:
    """A shim of pyenv exists for versions that are not active, too."""
    done = run([path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    return done.returncode == 0 and done.stdout.strip() == python
