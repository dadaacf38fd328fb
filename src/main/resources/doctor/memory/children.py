"""No process takes more than a part of it."""
import os
import time

print("begun", flush=True)
for _ in range(8):
    if os.fork() == 0:
        taken = bytearray(b"x") * (64 << 20)
        time.sleep(1000)
time.sleep(1000)
