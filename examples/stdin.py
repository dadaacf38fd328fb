import sys
from collections import Counter

words = Counter(sys.stdin.read().lower().split())
for word, count in words.most_common(3):
    print(f"{count} × {word}")
