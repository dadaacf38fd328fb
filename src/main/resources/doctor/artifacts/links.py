"""Leaves links behind that lead to what is not its own."""
import os

from attempts import report

os.makedirs("out")
with open("out/own", "w") as own:
    own.write("own")
for name, target in (("passwd", "/etc/passwd"), ("mem", "/proc/self/mem"), ("runner", "/proc/1/environ"), ("kiln", "/kiln"),
                     ("root", "/"), ("up", ".."), ("loop", "loop"), ("stdin", "/job/stdin")):
    os.symlink(target, "out/" + name)
os.symlink("/etc", "etc")
for target in ("/etc/passwd", "/kiln/kiln-runner", "/job/stdin"):
    try:
        os.link(target, "out/hard" + target.replace("/", "-"))
        report("breach", target, "linked")
    except OSError:
        pass
