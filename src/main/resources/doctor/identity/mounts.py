"""File systems, devices and another root."""
import ctypes
import os
import stat

from attempts import attempt, check, libc, syscall

BIND, REMOUNT = 4096, 32
os.mkdir("/tmp/at")
for kind in (b"tmpfs", b"proc", b"sysfs", b"devtmpfs", b"overlay", b"cgroup", b"9p", b"fuse"):
    attempt(f"mount {kind.decode()}", lambda: check(libc.mount(b"none", b"/tmp/at", kind, 0, None)))
attempt("bind mount", lambda: check(libc.mount(b"/kiln", b"/tmp/at", None, BIND, None)))
for path in (b"/", b"/job", b"/kiln", b"/sys"):
    attempt(f"remount {path.decode()} for writing", lambda: check(libc.mount(None, path, None, REMOUNT, None)))
    attempt(f"remount bind {path.decode()}", lambda: check(libc.mount(None, path, None, REMOUNT | BIND, None)))
for path in (b"/proc", b"/job", b"/kiln", b"/tmp"):
    attempt(f"unmount {path.decode()}", lambda: syscall("umount2", path, 2))
attempt("chroot", lambda: os.chroot("/tmp/at"))
attempt("pivot_root", lambda: syscall("pivot_root", b"/tmp", b"/tmp/at"))


def device(kind, number):
    """Some kernels let anybody make the node; what counts is that nobody can open it."""
    path = f"/tmp/device-{number[0]}-{number[1]}"
    os.mknod(path, kind | 0o600, os.makedev(*number))
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


for name, number in (("disk", (8, 0)), ("virtual disk", (254, 0))):
    attempt(f"block device {name}", lambda: device(stat.S_IFBLK, number))
for name, number in (("mem", (1, 1)), ("kmsg", (1, 11)), ("kvm", (10, 232))):
    attempt(f"device {name}", lambda: device(stat.S_IFCHR, number))
handle = ctypes.create_string_buffer(b"\x08\0\0\0\x01\0\0\0\x02\0\0\0\0\0\0\0", 136)
attempt("open by handle", lambda: syscall("open_by_handle_at", os.open("/job", os.O_RDONLY), handle, os.O_RDONLY))
