"""Every byte there is, and what is no UTF-8 in every way."""
import os

os.write(1, bytes(range(256)) + b"\xff\xfe\x00\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80\r\n\x1b[2J")
os.write(2, bytes(reversed(range(256))))
