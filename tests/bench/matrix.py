"""Every cell of routes × methods × roles × relations, asked of the site and decided by two oracles."""

from tests.bench.proofs import budget, proven

TEST = "tests/matrix/test_matrix.py"


def run(quick: bool, say) -> dict:
    env = {} if quick else {"WUSE_MATRIX": "whole"}
    code, said, reports = proven(TEST, say, **env)
    if not reports:
        raise RuntimeError(said)
    (figures,) = reports
    for line in figures["wrong"]:
        say(f"   {line}")
    return {
        "figures": figures,
        "budgets": [
            budget("cells decided", figures["cells"], 1_000 if quick else 5_000, "", least=True),
            budget("mismatches", figures["mismatches"], 0, ""),
            budget("tests that failed", float(code != 0), 0, ""),
        ],
        "table": [
            ["routes", "rules", "readers", "cells", "mismatches", "seconds"],
            [
                figures["routes"], figures["rules"], figures["members"], figures["cells"],
                figures["mismatches"], f"{figures['seconds']:.0f}",
            ],
        ],
    }  # fmt: skip
