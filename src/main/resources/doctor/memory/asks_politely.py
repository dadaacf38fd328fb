"""An impossible request is an error that a program can handle, and no reason to end it."""
try:
    bytearray(1 << 60)
except MemoryError:
    print("begun")
