"""Its own code and inputs, and what runs it, are not its to change."""
import os

from attempts import attempt

for path in ("/job/files/main.py", "/job/files/kept.txt", "/job/stdin", "/kiln/kiln-runner"):
    attempt(f"write {path}", lambda: os.open(path, os.O_WRONLY))
    attempt(f"append to {path}", lambda: os.open(path, os.O_WRONLY | os.O_APPEND))
    attempt(f"truncate {path}", lambda: os.truncate(path, 0))
    attempt(f"chmod {path}", lambda: os.chmod(path, 0o777))
    attempt(f"rename {path}", lambda: os.rename(path, path + ".old"))
    attempt(f"remove {path}", lambda: os.unlink(path))
    attempt(f"link {path}", lambda: os.link(path, os.path.dirname(path) + "/link"))
for folder in ("/job", "/job/files", "/kiln", "/kiln/python"):
    attempt(f"make a file in {folder}", lambda: os.open(folder + "/new", os.O_CREAT | os.O_WRONLY))
    attempt(f"make a directory in {folder}", lambda: os.mkdir(folder + "/newdir"))
    attempt(f"make a link in {folder}", lambda: os.symlink("/etc/passwd", folder + "/newlink"))
