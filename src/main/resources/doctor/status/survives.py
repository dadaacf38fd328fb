"""A child is killed; the program lives on and ends as it likes."""
import os
import signal

child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
os.write(1, b"begun\n")
os._exit(7)
