print("begun", flush=True)
taken = []
while True:
    taken.append([len(taken)] * 50)
