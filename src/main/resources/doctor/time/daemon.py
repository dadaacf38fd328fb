"""Leaves a daemon behind that holds the output streams open and never ends."""
import os
import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(0.1)
            os.write(1, b".")
    os._exit(0)
os.wait()
print("begun", flush=True)
