"""Sixty hostile texts in every text field, one by one, on every page, for every role: does any run?"""

from tests.bench.proofs import budget, proven

TEST = "tests/xss"


def run(quick: bool, say) -> dict:
    code, said, reports = proven(TEST, say, WUSE_XSS="3/20" if quick else "whole")
    if not reports:
        raise RuntimeError(said)
    for mode in reports:
        for line in mode["first"]:
            say(f"   {mode['mode']}: {line}")
    return {
        "figures": {"modes": reports},
        "budgets": [
            *(budget(f"executions, {m['mode']}", m["noticed"], 0, "") for m in reports),
            budget("tests that failed", float(code != 0), 0, ""),
        ],
        "table": [
            ["", "pages opened", "pressed", "texts", "fields filled", "fields shown", "executions"],
            *(
                [
                    m["mode"], m["opened"], m["pressed"], m["texts"], m["all_fields"],
                    len(m["fields"]), m["noticed"],
                ]
                for m in reports
            ),
        ],
    }  # fmt: skip
