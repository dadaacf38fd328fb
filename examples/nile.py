# Where did the Nile's yearly flow at Aswan change its level? The split with the smallest squared error says.
import numpy as np

year, flow = np.loadtxt("data/nile.csv", delimiter=",", skiprows=1, unpack=True)


def error(split):
    return sum(((part - part.mean()) ** 2).sum() for part in (flow[:split], flow[split:]))


split = min(range(5, len(flow) - 5), key=error)
before, after = flow[:split].mean(), flow[split:].mean()
print(f"after {year[split - 1]:.0f}: from {before:.0f} to {after:.0f} (10^8 m^3 a year), in {len(flow)} years")
