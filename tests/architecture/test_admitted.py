"""Who is let in, a second time: policy.yaml says it by rule, admitted.txt by role.

Whoever widens a rule has to say so twice, and the second file shows in one line per role what that
means. After a reviewed change: `.venv/bin/python -m tests.architecture.admitted`.
"""

from tests.architecture.admitted import FILE, admitted


def test_each_role_is_let_in_where_admitted_txt_says_and_nowhere_else():
    said = FILE.read_text().splitlines()
    now = admitted()
    assert set(now) - set(said) == set(), (
        "let in, and not in admitted.txt: if so meant, run python -m tests.architecture.admitted"
    )
    assert set(said) - set(now) == set(), (
        "no longer let in: run python -m tests.architecture.admitted"
    )
