"""exits.py CODE"""
import os
import sys

os.write(1, b"begun\n")
os._exit(int(sys.argv[1]))
