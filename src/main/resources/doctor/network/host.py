"""host.py TCP-PORT UDP-PORT ADDRESS...: the doctor listens on every address of the host."""
import socket
import sys

from attempts import attempt

tcp_port, udp_port = int(sys.argv[1]), int(sys.argv[2])


def connect(address):
    with socket.create_connection((address, tcp_port), 0.5):
        pass


def send(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as udp:
        udp.connect((address, udp_port))
        udp.send(b"x")
        # On loopback the send may go nowhere without an error; what comes back tells.
        udp.settimeout(0.3)
        return udp.recv(1)


for address in sys.argv[3:]:
    attempt(f"TCP {address}", lambda: connect(address))
    attempt(f"UDP {address}", lambda: send(socket.AF_INET6 if ":" in address else socket.AF_INET, address))
