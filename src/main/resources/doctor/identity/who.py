"""Prints what the kernel says of this process."""
import os

print("ids", sorted({*os.getresuid(), *os.getresgid(), *os.getgroups()}))
for line in open("/proc/self/status"):
    name, _, value = line.partition(":")
    if name in ("CapInh", "CapPrm", "CapEff", "CapAmb", "Seccomp"):
        print(name, value.strip())
import ctypes

print("no_new_privs", ctypes.CDLL(None).prctl(39, 0, 0, 0, 0))
