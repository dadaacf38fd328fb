"""searches.py PORT SECONDS: looks for a neighbour at all addresses around its own, again and again."""
import errno
import ipaddress
import select
import socket
import sys
import time

from attempts import report

port, seconds = int(sys.argv[1]), float(sys.argv[2])
AROUND = 24


def own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        any_socket.connect(("192.0.2.1", 9))
        return ipaddress.IPv4Address(any_socket.getsockname()[0])


def knock():
    found = []
    waiting = {}
    for distance in range(-AROUND, AROUND + 1):
        if distance:
            visitor = socket.socket()
            visitor.setblocking(False)
            visitor.connect_ex((str(own + distance), port))
            waiting[visitor] = str(own + distance)
    deadline = time.monotonic() + 0.4
    while waiting and (left := deadline - time.monotonic()) > 0:
        for visitor in select.select([], list(waiting), [], left)[1]:
            address = waiting.pop(visitor)
            if visitor.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                found.append(address)
            visitor.close()
    for visitor in waiting:
        visitor.close()
    return found


own = own_address()
begun = time.time()
deadline = time.monotonic() + seconds
found = []
while time.monotonic() < deadline and not found:
    found = knock()
report("breach" if found else "refused", f"{2 * AROUND} addresses around {own}", found or "nobody answers")
print(f"visited {begun:.3f} {time.time():.3f}")
