"""The bench's district as it stands in the database: built once, kept while nobody changed it."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Member
from accounts.sessions import SessionStore
from boundaries.models import ImportBatch
from core.scope import acting_as_system
from households.models import Household
from tests.bench.district import District, build, plan

# Its colours begin to lapse a month after it was built, which would change the data.
KEEP = timedelta(days=20)


def stand(households: int, say: Callable[[str], None], seed: int = 1) -> District:
    """Make the district stand in the bench's database, or find it there."""
    mark = {"kind": "bench", "filename": f"{households}/{seed} surveyed, coarse"}
    with acting_as_system("bench"), transaction.atomic():
        fresh = ImportBatch.objects.filter(**mark, at__gt=timezone.now() - KEEP).exists()
        if fresh and Household.objects.count() == households:
            return plan(households, seed)
    say(f"building {households} households")
    owner = connections["owner"]
    with (
        acting_as_system("bench"),
        transaction.atomic(using="owner"),
        owner.cursor() as cursor,
    ):
        empty(cursor)
        district = build(cursor, households, seed)
        # As many corners as surveyed outlines have, in the same places: about eighty a grid.
        for table in ("boundaries_division", "grids_grid"):
            # Simplified to nothing but the corners, as an import would for small scales.
            cursor.execute(f"UPDATE {table} SET coarse_3857 = geom_3857")
            cursor.execute(f"UPDATE {table} SET geom = ST_Segmentize(geom, 0.0004)")
        ImportBatch.objects.using("owner").create(**mark)
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    owner.close()
    return district


def empty(cursor) -> None:
    cursor.execute(
        "SELECT string_agg(format('%I', tablename), ', ') FROM pg_tables"
        " WHERE schemaname = 'public' AND tableowner = current_user"
        " AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
    )
    cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY CASCADE")


def cookie(member_id: int) -> str:
    """The Cookie header of a session that is this member's."""
    member = Member.objects.get(pk=member_id)
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    return f"sessionid={session.session_key}"
