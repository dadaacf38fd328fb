"""Sockets below and beside TCP and UDP, and the means to make a network."""
import fcntl
import os
import socket
import struct

from attempts import attempt, report

attempt("raw IPv4", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("raw IPv6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))
attempt("packets", lambda: socket.socket(17, socket.SOCK_RAW, 0x300))
attempt("packets without headers", lambda: socket.socket(17, socket.SOCK_DGRAM, 0x300))
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM).connect((2, 1024)))
attempt("bluetooth", lambda: socket.socket(31, socket.SOCK_RAW, 1))


def tun():
    device = os.open("/dev/net/tun", os.O_RDWR)
    return fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", b"tun0", 1))


def set_address():
    with socket.socket() as any_socket:
        address = struct.pack("16sHH4s8x", b"lo", socket.AF_INET, 0, socket.inet_aton("10.1.2.3"))
        return fcntl.ioctl(any_socket, 0x8916, address)


attempt("tun device", tun)
attempt("change an address", set_address)
interfaces = [name for _, name in socket.if_nameindex()]
report("refused" if set(interfaces) <= {"lo"} else "breach", "an interface besides loopback", interfaces)
