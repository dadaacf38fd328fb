"""Children that are stopped one by one, then their stopped parent."""
import os
import signal
import time

for _ in range(8):
    child = os.fork()
    if child == 0:
        time.sleep(1000)
    os.kill(child, signal.SIGSTOP)
print("begun", flush=True)
os.kill(os.getpid(), signal.SIGSTOP)
