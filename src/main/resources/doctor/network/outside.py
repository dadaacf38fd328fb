"""Addresses of the internet, of private networks, of cloud metadata."""
import socket

from attempts import attempt

V4 = ["1.1.1.1", "8.8.8.8", "10.0.0.1", "172.17.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200", "224.0.0.1",
      "255.255.255.255"]
V6 = ["2606:4700:4700::1111", "fd00:ec2::254", "fe80::1", "ff02::1"]


def connect(family, address, port):
    with socket.socket(family, socket.SOCK_STREAM) as tcp:
        tcp.settimeout(0.5)
        tcp.connect((address, port))


def send(family, address, port):
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return udp.sendto(b"x", (address, port))


for family, addresses in ((socket.AF_INET, V4), (socket.AF_INET6, V6)):
    for address in addresses:
        attempt(f"TCP {address}", lambda: connect(family, address, 80))
        attempt(f"UDP {address}", lambda: send(family, address, 53))
