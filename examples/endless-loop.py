print("I am never going to stop", flush=True)
while True:
    pass
