"""Every call that would make it somebody else."""
import ctypes
import os
import struct

from attempts import attempt, check, libc, syscall

for name in ("setuid", "setgid", "seteuid", "setegid"):
    attempt(f"{name}(0)", lambda: getattr(os, name)(0))
attempt("setresuid(0)", lambda: os.setresuid(0, 0, 0))
attempt("setresgid(0)", lambda: os.setresgid(0, 0, 0))
attempt("setreuid(0)", lambda: os.setreuid(0, 0))
attempt("setuid(1001)", lambda: os.setuid(1001))
attempt("setgroups([0])", lambda: os.setgroups([0]))
attempt("initgroups(root)", lambda: os.initgroups("root", 0))
header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
everything = ctypes.create_string_buffer(struct.pack("6I", *[0xFFFFFFFF] * 6))
attempt("capset", lambda: syscall("capset", header, everything))
attempt("ambient capabilities", lambda: check(libc.prctl(47, 2, 7, 0, 0)))
attempt("bounding capabilities", lambda: check(libc.prctl(24, 7, 0, 0, 0)))
attempt("leave no_new_privs", lambda: check(libc.prctl(38, 0, 0, 0, 0)))
# From here on every program started is without privileges, also one that carries the setuid bit; is there one at all?
for folder, _, files in os.walk("/usr"):
    for name in files:
        if os.lstat(os.path.join(folder, name)).st_mode & 0o6000:
            attempt(f"setuid program {name}", lambda: "it is there")
