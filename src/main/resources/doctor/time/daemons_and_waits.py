"""Busy daemons in sessions of their own, and a parent that waits for ever."""
import os
import time

for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            pass
print("begun", flush=True)
time.sleep(1000)
