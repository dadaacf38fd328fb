"""Addresses that are no part of the internet: a firewall stands before each of them."""
import errno
import socket

from attempts import attempt

BLOCKS = ["0.0.0.1", "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.100.100.200", "169.254.0.1", "169.254.169.254", "172.16.0.1",
          "172.17.0.1", "172.31.255.254", "192.0.0.1", "192.0.2.1", "192.168.0.1", "192.168.122.1", "198.18.0.1", "203.0.113.1"]


def connect(address, port):
    with socket.create_connection((address, port), 1):
        pass


def send(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(0.2)
        udp.connect((address, 53))
        udp.send(b"x")
        return udp.recv(1)


for address in BLOCKS:
    attempt(f"TCP {address}:80", lambda: connect(address, 80))
    attempt(f"TCP {address}:22", lambda: connect(address, 22))
    attempt(f"UDP {address}:53", lambda: send(address))
