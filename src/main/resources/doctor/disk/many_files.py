"""Empty files, which no limit of bytes counts."""
import os

print("begun", flush=True)
number = 0
while True:
    if number % 1000 == 0:
        os.mkdir(f"/tmp/{number:0200d}")
    with open(f"/tmp/{number - number % 1000:0200d}/{number:0200d}", "w"):
        number += 1
