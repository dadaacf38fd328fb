"""neighbour.py PORT: waits in the network of jobs for a neighbour who must not come, until it is stopped."""
import socket
import sys
import time

port = int(sys.argv[1])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
    any_socket.connect(("192.0.2.1", 9))  # sends nothing; tells which address it would be sent from
    address = any_socket.getsockname()[0]
with socket.create_server(("0.0.0.0", port)) as listener:
    print("waiting", address, time.time(), flush=True)
    while True:
        visitor, where = listener.accept()
        visitor.close()
        print("visit", where[0], flush=True)
