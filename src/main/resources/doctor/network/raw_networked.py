"""Sockets below and beside TCP and UDP, and the means to change a network that is there."""
import fcntl
import os
import socket
import struct

from attempts import attempt

attempt("raw IPv4", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
attempt("raw IPv6", lambda: socket.socket(socket.AF_INET6, socket.SOCK_RAW, 58))
attempt("packets", lambda: socket.socket(17, socket.SOCK_RAW, 0x300))
attempt("packets without headers", lambda: socket.socket(17, socket.SOCK_DGRAM, 0x300))
attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM).connect((2, 1024)))


def tun():
    device = os.open("/dev/net/tun", os.O_RDWR)
    return fcntl.ioctl(device, 0x400454CA, struct.pack("16sH22x", b"tun0", 1))


def change(name, request):
    with socket.socket() as any_socket:
        address = struct.pack("16sHH4s8x", name, socket.AF_INET, 0, socket.inet_aton("10.1.2.3"))
        return fcntl.ioctl(any_socket, request, address)


attempt("tun device", tun)
attempt("change an address", lambda: change(b"eth0", 0x8916))
attempt("take the interface down", lambda: change(b"eth0", 0x8914))
