print("begun", flush=True)
taken = []
while True:
    taken.append(bytearray(b"x") * (1 << 20))
