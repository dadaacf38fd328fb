"""A job that minds its own business: computes, uses memory, writes a file; for about two seconds."""
import hashlib
import time

begun = time.time()
deadline = time.monotonic() + 2
digest, rounds = b"kiln", 0
while rounds < 200_000 or time.monotonic() < deadline:
    digest = hashlib.sha256(digest).digest() if rounds < 200_000 else digest
    rounds += 1
block = bytearray(digest) * (1 << 20)
with open("/tmp/work/result", "wb") as file:
    file.write(block[: 4 << 20])
with open("/tmp/work/result", "rb") as file:
    print("digest", hashlib.sha256(file.read()).hexdigest())
print(f"worked {begun:.3f} {time.time():.3f}")
