"""A year of work into the database: staged by COPY and inserted in sets, like all of the demo."""

from datetime import date, timedelta

from django.conf import settings

from boundaries.models import Division
from disputes.clocks import dispute_due
from gis_app.demo.write import stage
from gis_app.demo.year import Year

# A moment of a day so many days ago: in office hours, another for every row.
AT = "(%(today)s::date - d.ago + time '09:00' + (d.{key} * 37 %% 480) * interval '1 minute') AT TIME ZONE %(zone)s"


def write_year(
    cursor, year: Year, divisions: dict[str, Division], scheme_id: int, today: date
) -> None:
    when = {"today": today, "zone": settings.TIME_ZONE, "scheme": scheme_id}
    _visits(cursor, year, when)
    _disputes(cursor, year, when, today)
    _needs(cursor, year, when)
    _events(cursor, year, divisions, when)
    _past(cursor, year, when)


def _visits(cursor, year: Year, when: dict) -> None:
    rows = sorted(year.visits, key=lambda v: -v[4])  # the server's clock orders them
    stage(
        cursor, "demo_visit", "n int, home int, post int, kind text, result text, ago int, changed bool",
        ((n, *row) for n, row in enumerate(rows)),
    )  # fmt: skip
    cursor.execute(
        f"""
        INSERT INTO visits_visit
            (household_id, kind, result, changed, member_id, happened_at, recorded_at, minutes)
        SELECT h.id, d.kind, d.result, d.changed, m.id, at - interval '20 minutes', at, 10 + d.n %% 30
        FROM demo_visit AS d JOIN demo_home AS h ON h.n = d.home JOIN demo_post AS m ON m.n = d.post,
             LATERAL (SELECT {AT.format(key="n")} AS at) AS t
        ORDER BY d.n
        """,
        when,
    )


def _disputes(cursor, year: Year, when: dict, today: date) -> None:
    rows = []
    for n, home, kind, severity, source, found, post, state, since in year.disputes:
        day = today - timedelta(days=since)
        due = dispute_due(state, severity, day)
        rows.append((n, home, kind, severity, source, found, post, state, day, due))
    stage(
        cursor, "demo_dispute",
        "n int, home int, kind text, severity int, source text, ago int, post int, state text, since date,"
        " due date, id bigint DEFAULT nextval('disputes_dispute_id_seq')",
        rows,
    )  # fmt: skip
    cursor.execute(
        """
        INSERT INTO disputes_dispute
            (id, household_id, village_id, grid_id, kind, severity, source, found_on, found_by_id,
             state, since, due_on)
        SELECT d.id, h.id, i.village_id, i.grid_id, d.kind, d.severity, d.source, %(today)s::date - d.ago, m.id, d.state, d.since, d.due
        FROM demo_dispute AS d JOIN demo_home AS h ON h.n = d.home JOIN demo_post AS m ON m.n = d.post
        JOIN households_household AS i ON i.id = h.id
        ORDER BY d.id
        """,
        when,
    )
    stage(cursor, "demo_step", "dispute int, step text, ago int, post int", year.steps)
    cursor.execute(
        f"""
        INSERT INTO disputes_disputestep (dispute_id, step, by_id, at)
        SELECT q.id, d.step, m.id, {AT.format(key="dispute")}
        FROM demo_step AS d JOIN demo_dispute AS q ON q.n = d.dispute JOIN demo_post AS m ON m.n = d.post
        ORDER BY q.id, d.ago DESC
        """,
        when,
    )
    cursor.execute(
        f"""
        INSERT INTO disputes_session (dispute_id, held_on, led_by_id, bodies, result, at)
        SELECT q.id, %(today)s::date - d.ago, m.id, '{{}}', CASE d.step WHEN 'settle' THEN 'agreed' ELSE 'not_agreed' END,
               {AT.format(key="dispute")}
        FROM demo_step AS d JOIN demo_dispute AS q ON q.n = d.dispute JOIN demo_post AS m ON m.n = d.post
        WHERE d.step IN ('settle', 'end') ORDER BY q.id
        """,
        when,
    )
    cursor.execute(
        f"""
        INSERT INTO disputes_disputetext (id, dispute_id, kind, text, by_id, at)
        SELECT gen_random_uuid(), d.id, 'happened', %(label)s || (%(words)s::jsonb ->> d.kind) || '（虚构）', m.id, {AT.format(key="n")}
        FROM demo_dispute AS d JOIN demo_post AS m ON m.n = d.post ORDER BY d.id
        """,
        when | {"label": "示例：", "words": _WORDS},
    )
    cursor.execute(
        """
        INSERT INTO disputes_party (dispute_id, part)
        SELECT d.id, p.part FROM demo_dispute AS d,
             LATERAL unnest(CASE WHEN d.kind IN ('marriage', 'children') THEN '{spouse,spouse}'
                                 WHEN d.kind IN ('elders', 'inheritance') THEN '{parent,child}'
                                 WHEN d.kind = 'work' THEN '{other,employer}'
                                 ELSE '{neighbour,neighbour}' END::text[]) AS p (part)
        ORDER BY d.id
        """
    )


_WORDS = """{"marriage": "夫妻为家里开支争吵", "elders": "几个子女为照看老人的时间有不同说法",
"children": "为孩子由谁接送意见不同", "inheritance": "老屋怎么分还没有说好", "neighbour": "两家为排水沟有不同说法",
"land": "宅基地边界说法不一", "money": "借款还没有说好怎么还", "work": "工钱的日子没有说清", "other": "为一点小事有了误会"}"""


def _needs(cursor, year: Year, when: dict) -> None:
    stage(
        cursor, "demo_need",
        "n int, home int, kind text, state text, why text, ago int, due int, closed int, post int,"
        " id bigint DEFAULT nextval('support_need_id_seq')",
        year.needs,
    )  # fmt: skip
    cursor.execute(
        f"""
        INSERT INTO support_need
            (id, household_id, kind, due_on, state, ended_because, has_text, opened_by_id, opened_at, closed_by_id, closed_at)
        SELECT d.id, h.id, d.kind, %(today)s::date + d.due, d.state, d.why, d.n %% 3 = 0, m.id, {AT.format(key="n")},
               CASE WHEN d.closed IS NOT NULL THEN m.id END,
               (%(today)s::date - d.closed + time '16:00') AT TIME ZONE %(zone)s
        FROM demo_need AS d JOIN demo_home AS h ON h.n = d.home JOIN demo_post AS m ON m.n = d.post
        ORDER BY d.id
        """,
        when,
    )
    cursor.execute(
        """
        INSERT INTO support_needtext (need_id, text, written_by_id)
        SELECT d.id, '示例：家里人说了想要什么（虚构）', m.id
        FROM demo_need AS d JOIN demo_post AS m ON m.n = d.post WHERE d.n %% 3 = 0 ORDER BY d.id
        """,
        when,
    )
    stage(
        cursor, "demo_help",
        "need int, kind text, amount numeric, goods text, honour text, outcome text, ago int, post int",
        year.helps,
    )  # fmt: skip
    cursor.execute(
        f"""
        INSERT INTO support_help
            (need_id, kind, amount, goods, honour, outcome, given_on, by_id, recorded_at)
        SELECT q.id, d.kind, d.amount, d.goods, d.honour, d.outcome, %(today)s::date - d.ago, m.id, {AT.format(key="need")}
        FROM demo_help AS d JOIN demo_need AS q ON q.n = d.need JOIN demo_post AS m ON m.n = d.post
        ORDER BY q.id
        """,
        when,
    )


def _events(cursor, year: Year, divisions: dict[str, Division], when: dict) -> None:
    stage(
        cursor, "demo_event", "n int, division bigint, kind text, title text, ago int, women int, men int",
        ((n, divisions[code].pk, *rest) for n, (code, *rest) in enumerate(year.events)),
    )  # fmt: skip
    cursor.execute(
        f"""
        INSERT INTO support_event (kind, title, division_id, held_on, women, men, by_id, recorded_at)
        SELECT d.kind, d.title, d.division, %(today)s::date - d.ago, d.women, d.men, m.id, {AT.format(key="n")}
        FROM demo_event AS d CROSS JOIN accounts_member AS m WHERE m.username = 'district' ORDER BY d.n
        """,
        when,
    )


def _past(cursor, year: Year, when: dict) -> None:
    stage(
        cursor, "demo_past",
        "home int, slot int, reason int, help text, proposer int, proposed int, decider int, decided int, review int",
        year.past,
    )  # fmt: skip
    cursor.execute(
        """
        INSERT INTO households_classification
            (household_id, colour_class_id, reason_id, help_offered, source, status, proposed_by_id,
             proposed_at, decided_by_id, decided_at, review_on)
        SELECT h.id, c.id, r.id, d.help, 'seen', 'superseded', p.id,
               (%(today)s::date - d.proposed + time '10:00') AT TIME ZONE %(zone)s, b.id,
               (%(today)s::date - d.decided + time '15:00') AT TIME ZONE %(zone)s,
               %(today)s::date - d.review
        FROM demo_past AS d
        JOIN demo_home AS h ON h.n = d.home
        JOIN households_colourclass AS c ON c.scheme_id = %(scheme)s AND c.slot = d.slot
        JOIN (
            SELECT id, colour_class_id,
                   row_number() OVER (PARTITION BY colour_class_id ORDER BY id) - 1 AS k
            FROM households_colourreason
        ) AS r ON r.colour_class_id = c.id AND r.k = d.reason
        JOIN demo_post AS p ON p.n = d.proposer
        JOIN demo_post AS b ON b.n = d.decider
        ORDER BY h.id
        """,
        when,
    )
