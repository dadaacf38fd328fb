"""listens.py PORT SECONDS: waits on loopback, in every way, for a neighbour who must not come."""
import os
import selectors
import socket
import sys
import time

port, seconds = int(sys.argv[1]), float(sys.argv[2])
waiting = selectors.DefaultSelector()
begun = time.time()


def listen(family, kind, address):
    listener = socket.socket(family, kind)
    listener.bind(address)
    if kind == socket.SOCK_STREAM:
        listener.listen()
    waiting.register(listener, selectors.EVENT_READ)


for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::1")):
    listen(family, socket.SOCK_STREAM, (address, port))
    listen(family, socket.SOCK_DGRAM, (address, port))
listen(socket.AF_UNIX, socket.SOCK_STREAM, "\0kiln-doctor")
listen(socket.AF_UNIX, socket.SOCK_STREAM, "/tmp/kiln-doctor")
listen(socket.AF_UNIX, socket.SOCK_STREAM, "/dev/shm/kiln-doctor")
# That the ways are open from inside shows that the neighbour's failure means something.
for family, address in ((socket.AF_INET, ("127.0.0.1", port)), (socket.AF_UNIX, "\0kiln-doctor")):
    with socket.socket(family) as own:
        own.connect(address)
    waiting.select()[0][0].fileobj.accept()[0].close()
deadline = time.monotonic() + seconds
visits = 0
while (left := deadline - time.monotonic()) > 0:
    for key, _ in waiting.select(left):
        visits += 1
        waiting.unregister(key.fileobj)
print(f"listened {begun:.3f} {time.time():.3f}")
print(f"visits {visits}")
