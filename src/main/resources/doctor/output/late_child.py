"""Ends at once, while a child goes on flooding."""
import os

if os.fork() == 0:
    while True:
        os.write(1, b"x" * 4096)
os._exit(6)
