"""As many daemons as it gets, each with a session and a parent of its own, and then an end of its own."""
import os
import time

reader, writer = os.pipe()
for _ in range(40):
    try:
        child = os.fork()
    except OSError:
        break
    if child == 0:
        os.setsid()
        try:
            if os.fork() == 0:
                os.write(writer, b"d")
                time.sleep(1000)
        except OSError:
            pass
        os._exit(0)
    os.waitpid(child, 0)
os.set_blocking(reader, False)
try:
    print(len(os.read(reader, 1000)), "EAGAIN")
except BlockingIOError:
    print(0, "EAGAIN")
