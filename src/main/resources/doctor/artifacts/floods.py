"""Leaves more behind than anybody wants."""
import os

os.makedirs("out/" + "d/" * 40)
for number in range(5000):
    os.close(os.open(f"out/f{number:05d}", os.O_CREAT | os.O_WRONLY))
with open("out/a", "wb") as sparse:
    sparse.truncate(10 << 30)
with open("out/b", "wb") as large:
    large.write(b"b" * (1 << 20))
