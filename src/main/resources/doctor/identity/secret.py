"""secret.py SECONDS: a job with a secret in every place where a job has anything, for a neighbour who looks for it."""
import os
import sys
import time

secret = os.environ["SECRET"]
begun = time.time()
for path in ("/tmp/secret", "/tmp/work/secret", "/dev/shm/secret"):
    with open(path, "w") as file:
        file.write(secret)
memory = os.memfd_create(secret)
os.write(memory, secret.encode())
time.sleep(float(sys.argv[1]))
print(f"kept {begun:.3f} {time.time():.3f}")
