"""Children that have ended but that nobody has asked about count too."""
import errno
import os

children = 0
try:
    while True:
        if os.fork() == 0:
            os._exit(0)
        children += 1
except OSError as error:
    print(children, errno.errorcode[error.errno])
