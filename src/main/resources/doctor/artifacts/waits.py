"""Leaves behind what would be waited for, and processes that go on changing it."""
import os
import socket
import time

os.makedirs("out")
os.mkfifo("out/fifo")
socket.socket(socket.AF_UNIX).bind("out/socket")
with open("out/closed", "w") as closed:
    closed.write("x")
os.chmod("out/closed", 0)
for daemon in range(4):
    if os.fork() == 0:
        os.setsid()
        while True:
            with open("out/own", "wb") as own:
                own.write(b"x" * 100)
            try:
                os.rename("out/own", "out/moved")
                os.symlink("/etc/passwd", "out/own")
                os.unlink("out/own")
                os.rename("out/moved", "out/own")
            except OSError:
                pass
            if os.fork():
                os._exit(0)
time.sleep(0.5)
