import os

print("begun", flush=True)
file = os.memfd_create("filler")
while True:
    os.write(file, b"x" * (1 << 20))
