"""Memory that the kernel holds for a program: bytes in pipes that nobody reads."""
import fcntl
import os
import time

F_SETPIPE_SZ = 1031
print("begun", flush=True)
for _ in range(400):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 1 << 20)
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 65536)
    except BlockingIOError:
        pass
time.sleep(1000)
