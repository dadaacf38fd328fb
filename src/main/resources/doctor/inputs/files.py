"""Prints each file's path in hexadecimal with a digest of its content."""
import hashlib
import os

for top in sorted(os.listdir(b".")):
    if top in (b"main.py", b"attempts.py"):
        continue
    for folder, _, files in [(b".", [], [top])] if not os.path.isdir(top) else os.walk(top):
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                print(os.path.normpath(path).hex(), hashlib.sha256(file.read()).hexdigest())
