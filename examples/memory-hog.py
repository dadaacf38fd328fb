print("I want all of it", flush=True)
held = []
while True:
    held.append(bytearray(1 << 20))
