"""Takes more memory than it may."""
taken = bytearray(b"x") * (1 << 30)
