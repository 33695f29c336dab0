"""Run by the interpreter of the peers' own environment: values and neighbours in, CPU seconds out."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from esda import G_Local, Moran_Local  # noqa: E402
from libpysal.weights import W, fill_diagonal  # noqa: E402

asked = json.load(sys.stdin)
x, ptr, nbr = np.array(asked["x"]), asked["ptr"], asked["nbr"]
near = W({i: nbr[ptr[i] : ptr[i + 1]] for i in range(len(x))}, silence_warnings=True)
around = fill_diagonal(near, 1)
seconds = {}
for name, work in {
    "permutations of Gi*": lambda: G_Local(
        x, around, transform="B", star=True, permutations=999, seed=1, n_jobs=1
    ),
    "permutations of local Moran": lambda: Moran_Local(x, near, permutations=999, seed=1, n_jobs=1),
    "Gi* without": lambda: G_Local(x, around, transform="B", star=True, permutations=0),
}.items():
    work()
    began = time.process_time()
    work()
    seconds[name] = time.process_time() - began
print(json.dumps(seconds))
