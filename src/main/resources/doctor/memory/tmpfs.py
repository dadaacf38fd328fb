print("begun", flush=True)
with open("/tmp/filler", "wb", buffering=0) as filler:
    while True:
        filler.write(b"x" * (1 << 20))
