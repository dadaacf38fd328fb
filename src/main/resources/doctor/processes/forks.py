"""Counts how many children it may have, then goes on living."""
import errno
import os
import time

children = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(1000)
        children += 1
except OSError as error:
    print(children, errno.errorcode[error.errno])
