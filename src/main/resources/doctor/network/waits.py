"""waits.py PORT SECONDS: listens in the network for a neighbour who must not come."""
import socket
import sys
import time

port, seconds = int(sys.argv[1]), float(sys.argv[2])
begun = time.time()
visits = 0
with socket.create_server(("0.0.0.0", port)) as listener:
    # That the way is open from inside shows that the neighbour's failure means something.
    with socket.create_connection(("127.0.0.1", port), 1):
        listener.accept()[0].close()
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        listener.settimeout(left)
        try:
            listener.accept()[0].close()
            visits += 1
        except TimeoutError:
            break
print(f"listened {begun:.3f} {time.time():.3f}")
print(f"visits {visits}")
