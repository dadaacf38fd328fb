import os
import sys

with open("data/greeting.txt") as greeting:
    print(greeting.read().strip(), " and ".join(sys.argv[1:]), "from", os.environ["PLACE"])
