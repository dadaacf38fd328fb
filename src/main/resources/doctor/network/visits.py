"""visits.py PORT SECONDS: tries again and again to reach a neighbour who listens."""
import socket
import sys
import time

from attempts import attempt

port, seconds = int(sys.argv[1]), float(sys.argv[2])
ROUTES = [(socket.AF_INET, ("127.0.0.1", port)), (socket.AF_INET, ("0.0.0.0", port)), (socket.AF_INET6, ("::1", port)),
          (socket.AF_UNIX, "\0kiln-doctor"), (socket.AF_UNIX, "/tmp/kiln-doctor"), (socket.AF_UNIX, "/dev/shm/kiln-doctor")]


def connect(family, address):
    with socket.socket(family) as visitor:
        visitor.settimeout(0.5)
        visitor.connect(address)


begun = time.time()
deadline = time.monotonic() + seconds
reached = False
while time.monotonic() < deadline and not reached:
    for family, address in ROUTES:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.sendto(b"x", ("127.0.0.1", port))
        try:
            connect(family, address)
            reached = True
        except OSError:
            pass
    time.sleep(0.1)
for family, address in ROUTES:
    attempt(str(address), lambda: connect(family, address))
print(f"visited {begun:.3f} {time.time():.3f}")
