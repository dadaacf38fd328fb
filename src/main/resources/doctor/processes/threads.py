"""Counts how many threads it may have besides the first."""
import os
import threading
import time

threads = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(1000,)).start()
        threads += 1
except RuntimeError:
    print(threads, "EAGAIN", flush=True)
    os._exit(0)
