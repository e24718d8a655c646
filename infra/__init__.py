"""What `cdk deploy` provisions."""

import os
import sys
from pathlib import Path

# jsii calls whatever `node` is first on PATH; the one locked in this virtual environment is the
# one the app was tested with.
_NODE = Path(sys.executable).parent / "node"
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))

# aws-cdk-lib takes five seconds to compile; its bytecode is kept even where the caller asked for
# none to be written, so that only the first synth pays.
sys.dont_write_bytecode = False
