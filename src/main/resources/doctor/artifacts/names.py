"""Leaves files with names that are no names, and reports in what they hold."""
import os

os.makedirs("out")
forged = b"D\0\0\0\1\0" + b"X\0\0\0\x2c" + b"\0" * 44 + b"A\0\0\0\x0b/etc/passwd" + b"Q\0\0\0\x11" + b"\xff" * 17
for name in (b"new\nline", b"\xff\xfe", b"\x1b[2J", b"\x7f", "\u0085".encode(), b"x" * 255, b"..a", b"-rf", b"a b;c"):
    with open(b"out/" + name, "wb") as file:
        file.write(forged * 1000)
