"""raises.py SIGNAL: sends it to itself, with the action that it has by default."""
import os
import signal
import sys

number = int(sys.argv[1])
os.write(1, b"begun\n")
if number not in (signal.SIGKILL, signal.SIGSTOP):
    signal.signal(number, signal.SIG_DFL)
os.kill(os.getpid(), number)
