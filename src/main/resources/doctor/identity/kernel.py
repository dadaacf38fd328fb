"""The doors of a kernel that only an administrator may use."""
import ctypes
import os
import resource
import socket
import time

from attempts import attempt, check, libc, report, syscall

attempt("reboot", lambda: syscall("reboot", 0xFEE1DEAD, 672274793, 0, 0))
attempt("set the clock", lambda: time.clock_settime(time.CLOCK_REALTIME, 0))
attempt("set the host name", lambda: socket.sethostname("other"))
attempt("load a module", lambda: syscall("init_module", b"", 0, b""))
attempt("load a kernel", lambda: syscall("kexec_load", 0, 0, 0, 0))
attempt("swap on a file", lambda: syscall("swapon", b"/tmp/swap", 0))
attempt("bpf", lambda: syscall("bpf", 0, ctypes.create_string_buffer(128), 128))
attempt("perf events", lambda: syscall("perf_event_open", ctypes.create_string_buffer(128), 0, -1, -1, 0))
attempt("io_uring", lambda: syscall("io_uring_setup", 1, ctypes.create_string_buffer(120)))
attempt("userfaultfd", lambda: syscall("userfaultfd", 0))
attempt("erase the kernel log", lambda: check(libc.klogctl(5, None, 0)))
attempt("real-time scheduling", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(99)))
attempt("raise a limit", lambda: check(libc.setrlimit(resource.RLIMIT_NPROC, (ctypes.c_uint64 * 2)(1 << 20, 1 << 20))))
for path in ("/dev/mem", "/dev/kmem", "/dev/kmsg", "/dev/kvm", "/dev/sda", "/dev/vda", "/proc/kcore",
             "/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/drop_caches"):
    attempt(path, lambda: os.open(path, os.O_RDWR))
for folder, _, files in os.walk("/sys"):
    for name in files:
        path = os.path.join(folder, name)
        if os.access(path, os.W_OK):
            report("breach", path, "may be written")
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"):
    attempt(path, lambda: socket.socket(socket.AF_UNIX).connect(path))
