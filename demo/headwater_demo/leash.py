"""Runs a command that must not outlive us: when our end of its standard input closes, it ends.

A demo that is killed cannot clean up after itself. The kernel closes its pipes all the same.
"""

import os
import signal
import subprocess
import sys
import threading

_GRACE_SECONDS = 15


def main() -> None:
    """Run the command of our arguments, as the leader of a group that ends with it."""
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_when_left_alone, args=(command,), daemon=True).start()
    code = command.wait()
    print(f"exit code {code}", flush=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)  # what it started, and we


def _end_when_left_alone(command: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    command.terminate()
    try:
        command.wait(timeout=_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        command.kill()


if __name__ == "__main__":
    main()
