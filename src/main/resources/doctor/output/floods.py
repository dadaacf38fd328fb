"""floods.py MEGABYTES STREAM...: writes so much to each stream, turn by turn."""
import os
import sys

for _ in range(int(sys.argv[1]) * 16):
    for stream in sys.argv[2:]:
        left = 65536
        while left > 0:
            left -= os.write(int(stream), b"%c" % (96 + int(stream)) * left)
