"""Tries to make a file in every directory there is, and to change every file that is not its own."""
import os
import stat

from attempts import report

ALLOWED = ("/tmp", "/dev/shm", "/proc")
tried = 0
for folder, folders, files in os.walk("/"):
    if folder.startswith(ALLOWED):
        folders.clear()
        continue
    tried += 1
    for flags in (os.O_CREAT | os.O_EXCL | os.O_WRONLY, os.O_TMPFILE | os.O_WRONLY):
        try:
            where = folder if flags & os.O_TMPFILE == os.O_TMPFILE else os.path.join(folder, "made-by-the-doctor")
            os.close(os.open(where, flags, 0o600))
            report("breach", folder, "a file could be made")
        except OSError:
            pass
    for name in files:
        path = os.path.join(folder, name)
        try:
            if stat.S_ISREG(os.lstat(path).st_mode):
                tried += 1
                os.close(os.open(path, os.O_WRONLY))
                report("breach", path, "could be opened for writing")
        except OSError:
            pass
report("refused", f"{tried} files and directories", "none of them can be written")
