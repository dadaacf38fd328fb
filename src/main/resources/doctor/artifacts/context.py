"""Its context is not its to change."""
import ctypes
import os

from attempts import attempt, check, libc

PATH = "/mnt/context"
attempt("write", lambda: os.open(PATH, os.O_WRONLY))
attempt("append", lambda: os.open(PATH, os.O_WRONLY | os.O_APPEND))
attempt("truncate", lambda: os.truncate(PATH, 0))
attempt("chmod", lambda: os.chmod(PATH, 0o666))
attempt("chown", lambda: os.chown(PATH, 1000, 1000))
attempt("rename", lambda: os.rename(PATH, PATH + ".old"))
attempt("replace", lambda: os.replace("main.py", PATH))
attempt("remove", lambda: os.unlink(PATH))
attempt("link", lambda: os.link(PATH, "/mnt/link"))
attempt("set its times", lambda: os.utime(PATH, (0, 0)))
attempt("make a file beside it", lambda: os.open("/mnt/new", os.O_CREAT | os.O_WRONLY))
attempt("open it again for writing", lambda: os.open(f"/proc/self/fd/{os.open(PATH, os.O_RDONLY)}", os.O_RDWR))
attempt("mount over it", lambda: check(libc.mount(b"/tmp", b"/mnt", None, 4096, None)))
attempt("remount it", lambda: check(libc.mount(None, b"/mnt", None, 32 | 4096, None)))
attempt("unmount it", lambda: check(libc.umount2(b"/mnt", 2)))
with open(PATH) as context:
    if context.read() != "as it was":
        print("breach context: it has changed")
