"""Fills what is shared memory on other systems, and says how much that took."""
import errno
import os

written = 0
try:
    with open("/dev/shm/filler", "wb", buffering=0) as filler:
        while True:
            written += filler.write(b"x" * 65536)
except OSError as error:
    print("begun")
    print(errno.errorcode[error.errno], written, os.stat("/dev/shm/filler").st_size)
