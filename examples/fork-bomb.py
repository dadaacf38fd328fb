# Forks until the sandbox refuses. The children wait for the end of a pipe, so that they go when their parent lets go of it.
import os

read_end, write_end = os.pipe()
children = []
try:
    while True:
        child = os.fork()
        if child == 0:
            os.close(write_end)
            os.read(read_end, 1)
            os._exit(0)
        children.append(child)
except OSError as refusal:
    print(f"{len(children)} children, then: {refusal}")
os.close(write_end)
for child in children:
    os.waitpid(child, 0)
