"""Namespaces of its own, in which it would be root, and those of others."""
import ctypes
import os
import signal

from attempts import attempt, check, libc, syscall

KINDS = {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "net": 0x40000000, "uts": 0x4000000, "ipc": 0x8000000,
         "cgroup": 0x2000000}


def by_clone(flags):
    child = syscall("clone", flags | signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child


def by_clone3(flags):
    arguments = (ctypes.c_uint64 * 11)(flags, 0, 0, 0, signal.SIGCHLD)
    child = syscall("clone3", arguments, 88)
    if child == 0:
        os._exit(0)
    return child


for name, flag in KINDS.items():
    attempt(f"unshare {name}", lambda: check(libc.unshare(flag)))
    attempt(f"unshare user and {name}", lambda: check(libc.unshare(flag | KINDS["user"])))
    attempt(f"clone {name}", lambda: by_clone(flag))
    attempt(f"clone user and {name}", lambda: by_clone(flag | KINDS["user"]))
    attempt(f"clone3 {name}", lambda: by_clone3(flag))
for name in ("user", "mnt", "pid", "net", "uts", "ipc", "cgroup"):
    attempt(f"enter {name} of PID 1", lambda: check(libc.setns(os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0)))
attempt("write a uid map", lambda: os.write(os.open("/proc/self/uid_map", os.O_WRONLY), b"0 1000 1"))
