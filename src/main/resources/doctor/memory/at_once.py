print("begun", flush=True)
everything = bytearray(4 << 30)
