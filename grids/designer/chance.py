"""Chance and cooling, the same to the last bit on every machine. Compiled by numba.

A random generator of our own, and a table instead of the C library's `exp`. numba's cache does not
notice a change in another file: whoever changes this one empties NUMBA_CACHE_DIR.
"""

import numpy as np
from numba import njit

# exp(-j/64) by repeated multiplication: the same bits everywhere, unlike libm's.
STEPS_PER_UNIT = 64
EXP_STEP = 0.98449643700540845  # exp(-1/64)
DECAY = np.empty(20 * STEPS_PER_UNIT)
DECAY[0] = 1.0
for _j in range(1, len(DECAY)):
    DECAY[_j] = DECAY[_j - 1] * EXP_STEP
# The temperature falls in this many steps, to exp(-COOLING) of where it began.
STAGES = 256
COOLING = 4
HALF_TURN = 0.5 / 2**52


@njit(cache=True)
def draw(state):
    """xorshift64*; `state` is an array of one uint64 that is not zero."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return x * np.uint64(2685821657736338717)


@njit(cache=True)
def below(state, n):
    """An integer in [0, n), n < 2**31."""
    return np.int64(((draw(state) >> np.uint64(33)) * np.uint64(n)) >> np.uint64(31))


@njit(cache=True)
def uniform(state):
    return np.float64(draw(state) >> np.uint64(11)) * HALF_TURN
