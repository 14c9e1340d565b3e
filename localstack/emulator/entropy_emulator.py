"""Starts MiniStack with what ../differences.md lists put right, and a door for sandboxes on Docker's bridge.

    GATEWAY_PORT=4566 AUTH=true python entropy_emulator.py

Takes MiniStack's own variables. It binds loopback only unless BIND_HOST says otherwise, and containers cannot reach
loopback; so beside it, on ENTROPY_BRIDGE (the address of Docker's bridge, none: `off`) and the same port, stands a door
that passes function URLs and nothing else. Written for MiniStack 1.5.33; each patch replaces a function of that version,
and fails loudly where it is not there.
"""

import os
import sys

os.environ.setdefault("BIND_HOST", "127.0.0.1")
os.environ.setdefault("GATEWAY_PORT", "4566")
os.environ.setdefault("SFTP_ENABLED", "0")
os.environ.setdefault("IOT_MTLS_ENABLED", "0")
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import function_url_door  # noqa: E402
import lambda_functions  # noqa: E402
import step_functions  # noqa: E402
import streams  # noqa: E402
import task_containers  # noqa: E402


def main():
    port = int(os.environ["GATEWAY_PORT"])
    bridge = os.environ.get("ENTROPY_BRIDGE", "172.17.0.1")
    task_containers.patch(bridge=None if bridge == "off" else bridge, port=port)
    step_functions.patch()
    lambda_functions.patch()
    streams.patch()
    if bridge != "off":
        function_url_door.open_door(bridge, port)
    from ministack.app import main as ministack_main

    ministack_main()


if __name__ == "__main__":
    main()
