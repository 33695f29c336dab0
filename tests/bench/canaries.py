"""Tokens in every sensitive field: does one leave to whoever may not know? With two layers, and with one."""

from tests.bench.proofs import budget, proven

TEST = "tests/matrix/test_canaries.py"


def run(quick: bool, say, requests: int | None = None) -> dict:
    requests = requests or (3_000 if quick else 100_000)
    code, said, reports = proven(TEST, say, WUSE_CANARIES=str(requests))
    if not reports:
        raise RuntimeError(said)
    budgets = [
        budget(f"foreign tokens, {mode['mode']}", mode["foreign"], 0, "") for mode in reports
    ]
    asked = sum(mode["requests"] for mode in reports)
    budgets.append(budget("requests", asked, requests - 3, "", least=True))
    budgets.append(budget("tests that failed", float(code != 0), 0, ""))
    for mode in reports:
        for line in mode["first"]:
            say(f"   {mode['mode']}: {line}")
    return {
        "figures": {"modes": reports},
        "budgets": budgets,
        "table": [
            ["", "requests", "MB searched", "tokens of one's own", "foreign"],
            *(
                [
                    m["mode"], m["requests"], f"{m['bytes'] / 1e6:.1f}", sum(m["own"].values()),
                    m["foreign"],
                ]
                for m in reports
            ),
        ],
    }  # fmt: skip
