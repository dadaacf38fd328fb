"""Maps far more than there is and touches it page by page."""
import mmap

print("begun", flush=True)
taken = mmap.mmap(-1, 2 << 30, flags=mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)
for page in range(0, 2 << 30, mmap.PAGESIZE):
    taken[page] = 1
