"""A file of a terabyte that holds nothing may be; its bytes are counted when they are written."""
import errno
import os

written = 0
with open("/tmp/sparse", "wb", buffering=0) as filler:
    try:
        os.ftruncate(filler.fileno(), 1 << 40)
        for at in range(0, 1 << 40, 1 << 20):
            filler.seek(at)
            written += filler.write(b"x" * 4096)
    except OSError as error:
        print(errno.errorcode[error.errno], written)
