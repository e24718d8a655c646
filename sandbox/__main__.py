"""python -m sandbox --config FILE [--port N]: runs until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from sandbox.config import SandboxConfig
from sandbox.errors import ControlError
from sandbox.sandbox import Sandbox


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="a .toml or .json file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free one")
    arguments = parser.parse_args()
    try:
        config = SandboxConfig.load(arguments.config)
    except (ControlError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    stopping = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, lambda *_: stopping.set())
    with Sandbox(config, host=arguments.host, port=arguments.port) as sandbox:
        sys.stdout.write(f"Meta sandbox on {sandbox.graph_url}\n")
        sys.stdout.flush()
        stopping.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
