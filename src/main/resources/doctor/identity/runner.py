"""Every route to the process that reports on it."""
import ctypes
import os
import resource
import signal

from attempts import attempt, check, libc, syscall

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGCHLD, signal.SIGSEGV, 0):
    attempt(f"kill {int(number)}", lambda: os.kill(1, number))
attempt("kill its group", lambda: os.killpg(os.getpgid(1), signal.SIGKILL))
attempt("tgkill", lambda: syscall("tgkill", 1, 1, int(signal.SIGKILL)))
attempt("ptrace attach", lambda: check(libc.ptrace(PTRACE_ATTACH, 1, None, None)))
attempt("ptrace seize", lambda: check(libc.ptrace(PTRACE_SEIZE, 1, None, None)))
memory = ctypes.create_string_buffer(8)
ours = (ctypes.c_uint64 * 2)(ctypes.addressof(memory), 8)
theirs = (ctypes.c_uint64 * 2)(0x400000, 8)
attempt("read its memory", lambda: syscall("process_vm_readv", 1, ours, 1, theirs, 1, 0))
attempt("write its memory", lambda: syscall("process_vm_writev", 1, ours, 1, theirs, 1, 0))
attempt("open its memory to read", lambda: os.open("/proc/1/mem", os.O_RDONLY))
attempt("open its memory to write", lambda: os.open("/proc/1/mem", os.O_WRONLY))
attempt("take a descriptor", lambda: syscall("pidfd_getfd", syscall("pidfd_open", 1, 0), 1, 0))
for number in range(8):
    attempt(f"open descriptor {number} to read", lambda: os.open(f"/proc/1/fd/{number}", os.O_RDONLY | os.O_NONBLOCK))
    attempt(f"open descriptor {number} to write", lambda: os.open(f"/proc/1/fd/{number}", os.O_WRONLY | os.O_NONBLOCK))
attempt("enter its root", lambda: os.listdir("/proc/1/root/"))
attempt("enter its directory", lambda: os.listdir("/proc/1/cwd/"))
attempt("execute its program", lambda: os.open("/proc/1/exe", os.O_RDWR))
attempt("set its limits", lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (1, 1)))
attempt("name it", lambda: os.write(os.open("/proc/1/comm", os.O_WRONLY), b"x"))
attempt("sacrifice it", lambda: os.write(os.open("/proc/1/oom_score_adj", os.O_WRONLY), b"1000"))
