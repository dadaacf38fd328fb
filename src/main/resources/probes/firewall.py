"""firewall.py HOST-PORT NEIGHBOUR-PORT HOST-ADDRESS...: what can be reached from the network of jobs besides the internet.

open ROUTE (WHY)       it can, or at least no firewall said no
closed ROUTE           the firewall refused it
knocked ADDRESS        a neighbour would have been found there
done TIME              all was tried
"""
import errno
import ipaddress
import select
import socket
import sys
import time

host_port, neighbour_port = int(sys.argv[1]), int(sys.argv[2])
host_addresses = sys.argv[3:]

# One of each block that is no part of the internet. None of them is anybody's we know of.
PRIVATE = ["10.0.0.1", "10.255.255.53", "100.64.0.1", "169.254.169.254", "169.254.1.1", "172.16.0.1", "172.31.255.1", "192.168.0.1",
           "192.168.255.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"]
NO_SUCH_NETWORK = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EACCES, errno.EPERM, errno.EINVAL}
NEIGHBOURS, PATIENCE, KNOCKING = 12, 2, 2.5


def knock(family, address, port):
    """What came of it: 0 when it was answered."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as visitor:
            visitor.settimeout(PATIENCE)
            visitor.connect((address, port))
    except TimeoutError:
        return errno.ETIMEDOUT
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def route(name, refusals, family, address, port):
    code = knock(family, address, port)
    if code in refusals:
        print("closed", name, flush=True)
    else:
        print("open", f"{name} ({errno.errorcode.get(code, code) if code else 'connected'})", flush=True)


def own_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        any_socket.connect(("192.0.2.1", 9))
        return ipaddress.IPv4Address(any_socket.getsockname()[0])


def knock_on_neighbours():
    """At all addresses around at once: containers that start together have one after the other."""
    own = own_address()
    around = [str(own + distance) for distance in range(-NEIGHBOURS, NEIGHBOURS + 1) if distance]
    waiting = {}
    for address in around:
        visitor = socket.socket()
        visitor.setblocking(False)
        visitor.connect_ex((address, neighbour_port))
        waiting[visitor] = address
    deadline = time.monotonic() + 0.5
    while waiting and (left := deadline - time.monotonic()) > 0:
        for visitor in select.select([], list(waiting), [], left)[1]:
            address = waiting.pop(visitor)
            code = visitor.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            visitor.close()
            if code == 0:
                print("open", f"a neighbour at {address}", flush=True)
    for visitor in waiting:
        visitor.close()
    return around


# The firewall resets at once what it refuses: silence could also be an address that nobody has, with no firewall before it.
for address in host_addresses:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    refusals = {errno.ECONNREFUSED} if family == socket.AF_INET else NO_SUCH_NETWORK
    route(f"this host at {address}", refusals, family, address, host_port)
for address in PRIVATE:
    route(address, {errno.ECONNREFUSED}, socket.AF_INET, address, 80)
for address in ("::ffff:10.0.0.1", "::ffff:169.254.169.254"):
    route(address, {errno.ECONNREFUSED} | NO_SUCH_NETWORK, socket.AF_INET6, address, 80)
for address in ("fd00:ec2::254", "fe80::1", "2001:db8::1"):
    route(address, NO_SUCH_NETWORK, socket.AF_INET6, address, 80)
until = time.monotonic() + KNOCKING
around = knock_on_neighbours()
while time.monotonic() < until:
    last = time.time()
    around = knock_on_neighbours()
    time.sleep(0.1)
for address in around:
    print("knocked", address, flush=True)
print("done", last, flush=True)
