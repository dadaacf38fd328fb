"""Writes and deletes files for ever."""
import os

print("begun", flush=True)
while True:
    with open("/tmp/filler", "wb", buffering=0) as filler:
        for _ in range(200):
            filler.write(b"x" * 65536)
    os.unlink("/tmp/filler")
