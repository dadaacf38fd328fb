"""Prints all that could tell where it is; the doctor looks for what it should not know."""
import glob
import os

print("hostname", os.uname().nodename)
print("kernel", os.uname().release)
print("pids", sorted(int(name) for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()))
print("devices", " ".join(sorted(os.listdir("/dev"))))
print("job", " ".join(sorted(os.listdir("/job") + os.listdir("/job/files"))))
print("kiln", " ".join(sorted(os.listdir("/kiln") + os.listdir("/kiln/python"))))
print("env", " ".join(sorted(os.environ)))
for path in sorted(["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/proc/version", "/proc/cmdline"]
                   + glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/mountinfo")
                   + glob.glob("/proc/[0-9]*/mounts") + glob.glob("/proc/[0-9]*/cgroup")):
    try:
        with open(path, "rb") as file:
            print("FILE", path, repr(file.read(16384)))
    except OSError as error:
        print("FILE", path, error.strerror)
