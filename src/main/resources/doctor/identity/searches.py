"""searches.py SECONDS: reads whatever it can, again and again, and prints the secrets of others that it finds."""
import os
import re
import stat
import sys
import time

SECRET = re.compile(rb"kiln-doctor-[s]ecret-[0-9a-f-]+")
begun = time.time()
deadline = time.monotonic() + float(sys.argv[1])
found, read, rounds = set(), 0, 0


def search(path):
    global read
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return
        with open(path, "rb") as file:
            text = file.read(1 << 20)
    except OSError:
        return
    read += 1
    found.update(SECRET.findall(text + path.encode()))


while rounds == 0 or time.monotonic() < deadline:
    rounds += 1
    for top in ("/job", "/tmp", "/dev", "/proc", "/kiln", "/run", "/var", "/etc", "/home", "/root", "/mnt"):
        for folder, folders, files in os.walk(top):
            found.update(SECRET.findall(" ".join(folders + files).encode()))
            for name in files:
                search(os.path.join(folder, name))
    time.sleep(0.2)
print("found", sorted(found))
print(f"searched {begun:.3f} {time.time():.3f} {read}")
