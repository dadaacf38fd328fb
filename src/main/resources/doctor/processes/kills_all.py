"""Kills every process that it may."""
import os
import signal
import time

for _ in range(5):
    if os.fork() == 0:
        time.sleep(1000)
print("begun", flush=True)
os.kill(-1, signal.SIGKILL)
print("alone", flush=True)
