"""The host, its neighbours and metadata under other names."""
import socket

from attempts import attempt

NAMES = ["::ffff:169.254.169.254", "::ffff:10.0.0.1", "::ffff:172.17.0.1", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "fe80::1",
         "::1", "2002:a9fe:a9fe::1"]


def connect(family, address, port=80):
    with socket.socket(family, socket.SOCK_STREAM) as tcp:
        tcp.settimeout(1)
        tcp.connect((address, port))


def shout(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 0)
        udp.settimeout(0.5)
        udp.sendto(b"x", (address, 5353))
        return udp.recv(1)


for name in NAMES:
    attempt(f"TCP {name}", lambda: connect(socket.AF_INET6, name))
for number in ("0x0a000001", "2852039166", "0", "0.0.0.0"):
    attempt(f"TCP {number}", lambda: connect(socket.AF_INET, number))
for address in ("224.0.0.251", "255.255.255.255"):
    attempt(f"UDP {address}", lambda: shout(address))
