"""Readers who put together what each of them may ask, and ask on from what they have learned."""

from collections import defaultdict

import numpy as np

ENDLESS = 1e9


class Attacker:
    """Several users' questions about sums of cells, chosen by what is still unknown.

    `ask(cells)` answers a sum or None. They know how cells add up, and each has cells that she
    may ask about. What follows is found by elimination and by bounds on whole numbers.
    """

    def __init__(self, ask, cells: int, sums, users: list[np.ndarray], seed: int):
        self.ask, self.users = ask, users
        self.rng = np.random.default_rng(seed)
        self.known: dict[int, int] = {}
        self.facts: list[tuple[dict[int, int], int]] = []
        self.asked = 0
        self.low, self.high = np.zeros(cells), np.full(cells, ENDLESS)
        self.mine = np.unique(np.concatenate(users))
        allowed = set(self.mine.tolist())
        for total, parts in sums:
            if total in allowed and set(parts.tolist()) <= allowed:
                self.facts.append(({total: -1, **dict.fromkeys(parts.tolist(), 1)}, 0))
        self.beside = defaultdict(set)
        for fact, _ in self.facts:
            for cell in fact:
                self.beside[cell] |= fact.keys()

    def _question(self, *cells: int) -> int | None:
        self.asked += 1
        answer = self.ask(cells)
        if answer is not None:
            if len(cells) == 1:
                self.known[cells[0]] = answer
            else:
                self.facts.append((dict.fromkeys(cells, 1), answer))
        return answer

    def attack(self, questions: int) -> None:
        """First every cell alone; then each that is unknown together with known ones, or in sums."""
        for cell in self.mine:
            self._question(int(cell))
        while self.asked < questions:
            unknown = [c for c in self.mine if c not in self.known]
            if not unknown:
                break
            # The one of which least is open is worth asking about.
            width = self.high[unknown] - self.low[unknown]
            tied = np.flatnonzero(width <= width.min() + self.rng.integers(0, 4))
            target = unknown[self.rng.choice(tied)]
            user = self.users[self.rng.integers(len(self.users))]
            mine = set(user.tolist())
            if target not in mine:
                continue
            kind = self.rng.integers(3)
            if kind == 0:
                near = [c for c in self.beside[target] & mine if c in self.known]
                others = near or [c for c in user if c in self.known]
                others = self.rng.choice(others, min(len(others), 3), replace=False)
            elif kind == 1:
                others = [c for c in self.beside[target] & mine if c != target]
            else:
                others = self.rng.choice(user, min(len(user), 6), replace=False)
            self._question(*{int(target), *(int(c) for c in others)})
            if self.asked % 200 == 0:
                self.think(2)
        self.think(30)

    def think(self, rounds: int) -> None:
        for cell, value in self.known.items():
            self.low[cell] = self.high[cell] = value
        for _ in range(rounds):
            moved = False
            for fact, value in self.facts:
                if all(c in self.known for c in fact):
                    continue
                least = sum(s * (self.low if s > 0 else self.high)[c] for c, s in fact.items())
                most = sum(s * (self.high if s > 0 else self.low)[c] for c, s in fact.items())
                for c, s in fact.items():
                    if c in self.known:
                        continue
                    own_least = s * (self.low if s > 0 else self.high)[c]
                    own_most = s * (self.high if s > 0 else self.low)[c]
                    at_most = value - (least - own_least)
                    at_least = value - (most - own_most)
                    low, high = (at_least, at_most) if s > 0 else (-at_most, -at_least)
                    if low > self.low[c] or high < self.high[c]:
                        self.low[c] = max(self.low[c], low)
                        self.high[c] = min(self.high[c], high)
                        moved = True
                        break
                    if self.low[c] == self.high[c]:
                        self.known[c] = int(self.low[c])
            if not moved:
                break
        for c in self.mine:
            if self.low[c] == self.high[c]:
                self.known[int(c)] = int(self.low[c])
        self._eliminate()

    def _eliminate(self) -> None:
        """What all equations together determine: unknowns to which their null space is blind."""
        unknown = [int(c) for c in self.mine if c not in self.known]
        facts = [(f, v) for f, v in self.facts if any(c not in self.known for c in f)]
        if not unknown or not facts or len(facts) > 4_000:
            return
        column = {c: i for i, c in enumerate(unknown)}
        matrix, right = np.zeros((len(facts), len(unknown))), np.zeros(len(facts))
        for row, (fact, value) in enumerate(facts):
            right[row] = value
            for c, s in fact.items():
                if c in column:
                    matrix[row, column[c]] += s
                else:
                    right[row] -= s * self.known[c]
        solution, *_ = np.linalg.lstsq(matrix, right, rcond=None)
        _, size, basis = np.linalg.svd(matrix, full_matrices=True)
        blind = basis[(size > 1e-9).sum() :]
        for c, i in column.items():
            if not len(blind) or np.abs(blind[:, i]).max() < 1e-9:
                self.known[c] = round(float(solution[i]))


def county(seed: int, towns: int = 4, villages: int = 6, quarters: int = 4, kinds: int = 3):
    """Counts of villages × quarters × kinds, mostly small, and each village's town."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0.3, 0.7, towns * villages)
    share = rng.dirichlet(np.full(kinds, 1.5))
    counts = rng.poisson(size[:, None, None] * share * rng.uniform(0.5, 1.5, quarters)[:, None])
    return counts, np.repeat(np.arange(towns), villages)


def five_users(table, town_of) -> list[np.ndarray]:
    """Three chairs of towns, who see their villages, and two of the district, who see towns."""
    district = [i for i, (view, *_) in enumerate(table.labels) if view[0] > 0]
    users = [np.array(district), np.array(district)]
    for town in range(3):
        own = [
            i for i, (view, place, *_) in enumerate(table.labels)
            if (view[0] == 0 and town_of[place] == town) or (view[0] == 1 and place == town) or view[0] == 2
        ]  # fmt: skip
        users.append(np.array(own))
    return users
