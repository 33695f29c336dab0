"""Write admitted.txt anew: `python -m tests.architecture.admitted`, and read the difference."""

from pathlib import Path

import yaml

FILE = Path(__file__).with_name("admitted.txt")
POLICY = Path(__file__).resolve().parents[2] / "gis_app" / "policy.yaml"


def admitted() -> list[str]:
    """`role route method`, sorted; read from the file alone, without the code that enforces it."""
    policy = yaml.safe_load(POLICY.read_text())
    lines = []
    for route, methods in policy["routes"].items():
        for method, entry in methods.items():
            who = entry["roles"]
            roles = ["public"] if who == "public" else policy["groups"][who]
            lines += [f"{role} {route} {method}" for role in roles]
    return sorted(lines)


if __name__ == "__main__":
    FILE.write_text("\n".join(admitted()) + "\n")
