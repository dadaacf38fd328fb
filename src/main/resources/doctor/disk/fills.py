import errno

written = 0
try:
    with open("/tmp/filler", "wb", buffering=0) as filler:
        while True:
            written += filler.write(b"x" * 4096)
except OSError as error:
    print(errno.errorcode[error.errno], written)
