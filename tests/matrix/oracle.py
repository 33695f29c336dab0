"""Who may find what, said once more in plain SQL over the base tables.

Written from docs and design, not from the app: neither its querysets nor the functions of row
security are used. Run as the owner. Each statement answers with pairs (member, key): the member
may find the object that stands under this key in an address.

A route of a known noun (the word before the key in its address) is decided by `SEES`. A route that
lets fewer do something than see the object has its own statement in `MAY`.
"""

from django.db import connections, transaction

from core.scope import acting_as_system

_HOMES = """
WITH answers AS (
    SELECT m.id AS member, h.id AS home FROM accounts_member m
    JOIN grids_assignment a ON a.member_id = m.id
    JOIN households_household h ON h.grid_id = a.grid_id
    WHERE m.role = 'member' AND a.started_at <= now() AND coalesce(a.ended_at, 'infinity') > now()
    UNION
    SELECT m.id, c.household_id FROM accounts_member m
    JOIN households_claim c ON c.member_id = m.id
    WHERE m.role IN ('member', 'village', 'town') AND c.ended_at IS NULL
    UNION
    SELECT m.id, h.id FROM accounts_member m JOIN households_household h ON h.village_id = m.division_id
    WHERE m.role = 'village'
    UNION
    SELECT m.id, h.id FROM accounts_member m
    JOIN boundaries_division v ON v.parent_id = m.division_id
    JOIN households_household h ON h.village_id = v.id
    WHERE m.role = 'town'
), follows AS (
    SELECT a.member_id AS member, k.household_id AS home, k.id AS file
    FROM cases_caseassignment a JOIN cases_case k ON k.id = a.case_id WHERE a.ended_at IS NULL
    UNION
    SELECT g.member_id, k.household_id, k.id
    FROM cases_breakglass g JOIN cases_case k ON k.id = g.case_id WHERE now() < g.until
), kin AS (
    SELECT member_id AS member, household_id AS home FROM households_conflict WHERE ended_at IS NULL
), office AS (SELECT * FROM accounts_member WHERE is_active)
, territorial AS (
    SELECT a.member, a.home FROM answers a JOIN office o ON o.id = a.member
    JOIN households_household h ON h.id = a.home AND h.protection <> 'sealed'
    WHERE (a.member, a.home) NOT IN (SELECT member, home FROM kin)
), casework AS (
    SELECT f.member, f.home, f.file FROM follows f JOIN office o ON o.id = f.member
    WHERE o.role = 'caseworker' AND (f.member, f.home) NOT IN (SELECT member, home FROM kin)
), places AS (
    SELECT d.id, d.code, d.parent_id AS up, u.parent_id AS top FROM boundaries_division d
    LEFT JOIN boundaries_division u ON u.id = d.parent_id
), chairs AS (
    -- Whose word decides in a village or town.
    SELECT o.id AS member, p.id AS place FROM office o JOIN places p
    ON o.role = 'village' AND p.id = o.division_id
    OR o.role = 'town' AND o.division_id IN (p.id, p.up)
), home_in AS (
    SELECT h.id AS home, h.uuid::text AS uuid, h.village_id AS village FROM households_household h
    WHERE h.protection <> 'sealed'
)
"""

_ALL = "SELECT m.id, {key} FROM accounts_member m CROSS JOIN {table}"
_HER_HOMES = "SELECT t.member, h.uuid FROM territorial t JOIN home_in h USING (home)"
_HER_PEOPLE = """
    SELECT t.member, p.uuid::text FROM territorial t JOIN households_person p ON p.household_id = t.home
"""
_HER_COLOURS = """
    SELECT t.member, c.uuid::text FROM territorial t
    JOIN households_classification c ON c.household_id = t.home
"""
_HER_CASES = "SELECT w.member, k.uuid::text FROM casework w JOIN cases_case k ON k.id = w.file"
_LED_CASES = """
    SELECT o.id, k.uuid::text FROM office o JOIN boundaries_division d ON d.id = o.division_id
    JOIN cases_case k ON k.district_id = d.id WHERE o.role = 'caseworker' AND d.level = 'district'
"""
_DISTRICT_CASES = """
    SELECT o.id, k.uuid::text FROM office o JOIN places p ON p.id = o.division_id
    JOIN cases_case k ON k.district_id IN (p.id, p.up, p.top) WHERE o.role = 'caseworker'
"""
_HER_PLACES = """
    SELECT o.id, p.code FROM office o JOIN places p ON o.division_id IN (p.id, p.up, p.top)
"""
_EDITED_PLACES = "SELECT c.member, p.code FROM chairs c JOIN places p ON p.id = c.place"
_TOWN_PLACES = """
    SELECT c.member, g.code FROM chairs c JOIN office o ON o.id = c.member AND o.role = 'town'
    JOIN grids_grid g ON g.village_id = c.place
"""
_READ_DRAFTS = """
    SELECT o.id, d.id::text FROM office o JOIN places p ON o.division_id IN (p.id, p.up, p.top)
    JOIN grids_draft d ON d.scope_id = p.id WHERE o.role IN ('village', 'town', 'district')
"""
_EDITED_DRAFTS = (
    "SELECT c.member, d.id::text FROM chairs c JOIN grids_draft d ON d.scope_id = c.place"
)
# And a case worker those of her cases.
_HER_FAMILIES = f"""{_HER_HOMES} UNION
    SELECT w.member, h.uuid::text FROM casework w JOIN households_household h ON h.id = w.home"""
_HER_NEEDS = """
    SELECT t.member, n.uuid::text FROM territorial t JOIN support_need n ON n.household_id = t.home
    WHERE NOT n.apart UNION
    SELECT w.member, n.uuid::text FROM casework w JOIN support_need n ON n.household_id = w.home
"""
_HER_DISPUTES = """
    SELECT t.member, d.uuid::text FROM territorial t
    JOIN disputes_dispute d ON d.household_id = t.home WHERE NOT d.apart UNION
    SELECT w.member, d.uuid::text FROM casework w JOIN disputes_dispute d ON d.household_id = w.home
"""
# To a partner what was sent to her body, for her place.
_SENT_TO_HER = """
    SELECT o.id, r.uuid::text FROM office o JOIN disputes_referral r
    ON o.role = 'partner' AND r.body = o.body AND r.division_id = o.division_id
"""
_CLAIMED_FOR = """
    SELECT t.member, h.uuid FROM territorial t JOIN home_in h USING (home) JOIN office o ON o.id = t.member
    WHERE o.role = 'member' OR (t.member, h.village) IN (SELECT member, place FROM chairs)
"""

SEES = {
    "households": _HER_HOMES,
    "people": _HER_PEOPLE,
    "needs": _HER_NEEDS,
    "disputes": _HER_DISPUTES,
    "referrals": f"""{_SENT_TO_HER} UNION
        SELECT d.member, r.uuid::text FROM ({_HER_DISPUTES}) AS d (member, uuid)
        JOIN disputes_dispute e ON e.uuid::text = d.uuid
        JOIN disputes_referral r ON r.dispute_id = e.id""",
    "classifications": _HER_COLOURS,
    "cases": _HER_CASES,
    "break-glass": """
        SELECT n.recipient_id, g.uuid::text FROM cases_breakglassnotice n
        JOIN cases_breakglass g ON g.id = n.glass_id
    """,
    "imports": "SELECT by_id, uuid::text FROM transfers_importjob",
    "exports": """
        SELECT o.id, e.uuid::text FROM office o JOIN transfers_export e
        ON e.by_id = o.id OR o.role = 'steward'
    """,
    # The desk of her place, and what lies below it.
    "rights": """
        SELECT o.id, r.uuid::text FROM office o JOIN places p ON o.division_id IN (p.id, p.up, p.top)
        JOIN rights_request r ON r.division_id = p.id WHERE o.role = 'steward'
    """,
    # Geography is public to whoever has signed in.
    "grids": _ALL.format(table="grids_grid g", key="g.code"),
    "divisions": _ALL.format(table="boundaries_division d", key="d.code"),
    "areas": _ALL.format(
        table="(SELECT code FROM grids_grid UNION SELECT code FROM boundaries_division) p",
        key="p.code",
    ),
    "territory": _HER_PLACES,
    "drafts": _READ_DRAFTS,
    "changes": f"""
        SELECT r.member, c.id::text FROM ({_READ_DRAFTS}) AS r (member, draft)
        JOIN grids_territorychange c ON c.draft_id::text = r.draft
    """,
    "claims": """
        SELECT t.member, c.id::text FROM households_claim c
        JOIN territorial t ON t.home = c.household_id WHERE c.ended_at IS NULL
    """,
    "conflicts": """
        SELECT t.member, c.id::text FROM households_conflict c
        JOIN home_in h ON h.home = c.household_id
        JOIN territorial t ON t.home = h.home
        JOIN chairs k ON k.member = t.member AND k.place = h.village WHERE c.ended_at IS NULL
    """,
    # An admin finds every account.
    "members": _ALL.format(table="accounts_member a", key="a.id::text"),
}

_OWN_REQUESTS = """
    SELECT r.steward_id, r.uuid::text FROM rights_request r JOIN office o ON o.id = r.steward_id
    WHERE o.role = 'steward' AND r.state = 'open'
"""

MAY = {
    # A colleague's request is seen on the desk; the family behind it is not.
    "rights-copy GET": _OWN_REQUESTS + " AND r.kind = 'access'",
    "rights-sheet GET": _OWN_REQUESTS,
    # The step asked is to confirm: the chair of the village, or of the town where the scheme says so.
    "classification-step POST": f"""
        SELECT t.member, c.uuid::text FROM ({_HER_COLOURS}) AS t (member, uuid)
        JOIN households_classification c ON c.uuid::text = t.uuid
        JOIN home_in h ON h.home = c.household_id
        JOIN chairs k ON k.member = t.member AND k.place = h.village
        JOIN office o ON o.id = k.member
        JOIN households_colourclass l ON l.id = c.colour_class_id AND l.decided_by = o.role
    """,
    # A case worker protects the families of her cases.
    **dict.fromkeys(
        ("household-protection POST", "concern-list POST", "visit-new GET", "visit-list POST",
         "dispute-list POST", "household-visits GET", "household-notes GET", "need-list GET", "need-list POST"),
        _HER_FAMILIES,
    ),
    # Asked: to receive it, which is the other body's step; and to hear a victim, where there is one.
    "referral-step POST": _SENT_TO_HER,
    "dispute-words POST": """
        SELECT w.member, d.uuid::text FROM casework w
        JOIN disputes_dispute d ON d.household_id = w.home WHERE d.violence
    """,
    "claim-list POST": _CLAIMED_FOR,
    "conflict-list POST": _CLAIMED_FOR,
    "claim-end POST": """
        SELECT t.member, c.id::text FROM households_claim c
        JOIN territorial t ON t.home = c.household_id JOIN home_in h ON h.home = c.household_id
        WHERE c.ended_at IS NULL AND (c.member_id = t.member
            OR (t.member, h.village) IN (SELECT member, place FROM chairs))
    """,
    "case-assign POST": _LED_CASES,
    "case-break-glass POST": _DISTRICT_CASES,
    "draft-list POST": _EDITED_PLACES,
    "grid-lead PUT": _TOWN_PLACES,
    "grid-support PUT": _TOWN_PLACES,
    "cover-list POST": _TOWN_PLACES,
    "cover-end POST": f"""
        SELECT t.member, t.code FROM ({_TOWN_PLACES}) AS t (member, code)
        JOIN grids_grid g USING (code) JOIN grids_assignment a ON a.grid_id = g.id
        JOIN accounts_member s ON s.id = a.member_id
        WHERE a.role = 'cover' AND s.username = 'standin'
    """,
    "change-undo POST": """
        SELECT c.member, t.id::text FROM chairs c
        JOIN office o ON o.id = c.member AND o.role = 'town'
        JOIN grids_draft d ON d.scope_id = c.place JOIN grids_territorychange t ON t.draft_id = d.id
    """,
    "draft-publish POST": """
        SELECT c.member, d.id::text FROM chairs c
        JOIN office o ON o.id = c.member AND o.role = 'town' JOIN grids_draft d ON d.scope_id = c.place
    """,
    **dict.fromkeys(
        ("import GET", "import POST", "import-rejects GET", "import-passwords GET"),
        "SELECT by_id, uuid::text FROM transfers_importjob WHERE kind <> 'households'",
    ),
    **dict.fromkeys(
        ("import-of-families GET", "import-of-families POST", "import-rejected-families GET"),
        "SELECT by_id, uuid::text FROM transfers_importjob WHERE kind = 'households'",
    ),
    "leave-list POST": """
        SELECT c.member, a.id::text FROM chairs c JOIN accounts_member a ON a.division_id = c.place
        WHERE a.role IN ('member', 'village', 'town')
    """,
    "handover GET": """
        SELECT o.id, a.id::text FROM office o JOIN accounts_member a
        ON a.role IN ('member', 'village', 'town') AND (
            a.id = o.id OR o.role <> 'member'
            AND (o.id, a.division_id) IN (SELECT member, place FROM chairs))
    """,
} | {
    f"{route} {method}": _EDITED_DRAFTS
    for route, method in (
        ("draft-steps", "POST"), ("draft-alternatives", "POST"), ("draft-import", "POST"),
        ("draft-undo", "POST"), ("draft-redo", "POST"), ("draft-preview", "GET"),
        ("draft-propose", "POST"), ("draft-discard", "POST"),
    )
}  # fmt: skip


class Oracle:
    """The answers to the statements above, each asked once."""

    def __init__(self):
        self._known: dict[str, frozenset[tuple[int, str]]] = {}

    def pairs(self, sql: str) -> frozenset[tuple[int, str]]:
        if sql not in self._known:
            owner = connections["owner"]
            with (
                transaction.atomic(using="owner"),
                acting_as_system("test"),
                owner.cursor() as cursor,
            ):
                cursor.execute(_HOMES + sql)
                self._known[sql] = frozenset(cursor.fetchall())
        return self._known[sql]

    def finds(self, member: int, noun: str, key: str) -> bool:
        return (member, key) in self.pairs(SEES[noun])

    def may(self, member: int, route: str, method: str, noun: str, key: str) -> bool:
        return (member, key) in self.pairs(MAY.get(f"{route} {method}", SEES[noun]))

    def homes_of(self, member: int) -> set[int]:
        """Keys of the families she may know of in a territory."""
        return {h for m, h in self.pairs("SELECT member, home FROM territorial") if m == member}

    def asked_about(self, member: int) -> set[int]:
        """Keys of the families whose request she answers now."""
        found = self.pairs(
            "SELECT steward_id, household_id FROM rights_request WHERE state = 'open'"
        )
        return {home for m, home in found if m == member}

    def desk_of(self, member: int) -> set[int]:
        """Keys of the families whose requests lie on her desk, whoever answers them."""
        found = self.pairs("""
            SELECT o.id, r.household_id FROM office o
            JOIN places p ON o.division_id IN (p.id, p.up, p.top)
            JOIN rights_request r ON r.division_id = p.id WHERE o.role = 'steward'
        """)
        return {home for m, home in found if m == member}

    def sent_to(self, member: int) -> set[int]:
        """Keys of the families of whose disputes her body was sent something."""
        found = self.pairs(f"""
            SELECT s.member, d.household_id FROM ({_SENT_TO_HER}) AS s (member, uuid)
            JOIN disputes_referral r ON r.uuid::text = s.uuid
            JOIN disputes_dispute d ON d.id = r.dispute_id
        """)
        return {home for m, home in found if m == member}

    def cases_of(self, member: int) -> set[int]:
        """Keys of the families whose case is hers now."""
        return {h for m, h in self.pairs("SELECT member, home FROM casework") if m == member}
