"""The worker's own look at a sandbox from inside: a line "NAME ok|failed DETAIL" for each promise."""
import ctypes
import errno
import os
import signal
import socket
import time

libc = ctypes.CDLL(None, use_errno=True)
EVERYWHERE = ("1.1.1.1", "10.0.0.1", "169.254.169.254", "172.17.0.1")
NEW_USER = 0x10000000


def promise(name, *checks):
    details = []
    for check in checks:
        kept, detail = check()
        details.append(detail)
        if not kept:
            print(name, "failed", detail, flush=True)
            return
    print(name, "ok", "; ".join(details), flush=True)


def refused(what, action):
    def check():
        try:
            got = action()
        except OSError as error:
            return True, f"{what}: {errno.errorcode.get(error.errno, error)}"
        return False, f"{what} is possible ({got!r})"
    return check


def called(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return result


def interfaces():
    names = [name for _, name in socket.if_nameindex()]
    return set(names) <= {"lo"}, f"interfaces {names}"


def tcp(address):
    with socket.create_connection((address, 80), 0.5):
        return "connected"


def udp(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"x", (address, 53))


def cloned():
    number = 220 if os.uname().machine == "aarch64" else 56
    child = called(libc.syscall(number, NEW_USER | signal.SIGCHLD, 0, 0, 0, 0))
    if child == 0:
        os._exit(0)
    return child


def read_only(path):
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY), f"{path} is read-only: {bool(os.statvfs(path).f_flag & os.ST_RDONLY)}"


def nobody():
    ids = {*os.getresuid(), *os.getresgid(), *os.getgroups()}
    return ids == {1000}, f"ids {sorted(ids)}"


def powerless():
    held = [line.split() for line in open("/proc/self/status") if line.startswith(("CapPrm", "CapEff", "CapInh", "CapAmb"))]
    return len(held) >= 3 and all(int(value, 16) == 0 for _, value in held), f"{len(held)} capability sets, empty"


def no_new_privileges():
    return libc.prctl(39, 0, 0, 0, 0) == 1, "no new privileges"


def limited():
    allowed = int(os.environ["PIDS"]) - 1
    children = []
    try:
        while len(children) <= allowed:
            child = os.fork()
            if child == 0:
                time.sleep(100)
                os._exit(0)
            children.append(child)
    except BlockingIOError:
        return len(children) == allowed, f"{len(children)} forks, then EAGAIN, with a limit of {allowed + 1}"
    return False, f"{len(children)} forks with a limit of {allowed + 1}"


promise("network_disabled", interfaces,
        *(refused(f"TCP to {address}", lambda address=address: tcp(address)) for address in EVERYWHERE),
        *(refused(f"UDP to {address}", lambda address=address: udp(address)) for address in EVERYWHERE),
        refused("DNS", lambda: socket.getaddrinfo("example.org", 80)))
promise("user_namespaces_refused", refused("unshare", lambda: called(libc.unshare(NEW_USER))), refused("clone", cloned))
promise("read_only_root", lambda: read_only("/"),
        *(refused(f"a file in {folder}", lambda folder=folder: os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))
          for folder in ("/", "/etc", "/var/tmp", "/job", "/kiln")))
promise("non_root", nobody, powerless, no_new_privileges, refused("setuid(0)", lambda: os.setuid(0)))
promise("pids_limited", limited)
