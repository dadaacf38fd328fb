# Succeeds only when it is refused: there is no network in a sandbox.
import socket
import sys

try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError as refusal:
    print(f"no network: {refusal}")
else:
    sys.exit("reached the network")
