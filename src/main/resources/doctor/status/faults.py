"""faults.py: reads where there is no memory."""
import ctypes
import os

os.write(1, b"begun\n")
ctypes.string_at(0)
