"""sizes.py OUT ERR: writes so many bytes of a pattern to each stream."""
import os
import sys

for stream, size in ((1, int(sys.argv[1])), (2, int(sys.argv[2]))):
    at = 0
    while at < size:
        chunk = bytes((at + i) * 31 & 255 for i in range(min(size - at, 8192)))
        at += os.write(stream, chunk)
