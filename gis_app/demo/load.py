"""Loading the demo, and never into a database that is in real use."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.models import Member
from boundaries.models import Division, ImportBatch
from core.errors import Conflict
from core.scope import acting_as_system
from gis_app.demo import write
from gis_app.demo.arrange import Demo, arrange
from gis_app.demo.worries import write_worries
from gis_app.demo.write_year import write_year
from gis_app.demo.year import Year, live
from households.services import install_default_scheme

DEFAULT_HOUSEHOLDS, MOST_HOUSEHOLDS = 20_000, 1_000_000
# Of the first ten tried the one whose towns look most like towns.
DEFAULT_SEED = 2023006
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


class RealDataPresent(Conflict):
    message = "数据库里已有正式数据。"


def loaded() -> ImportBatch | None:
    """The record of the demo in this database, if there is one."""
    return ImportBatch.objects.filter(kind="demo").first()


def refuse_real_households(cursor) -> None:
    """Raise RealDataPresent where a family lives that the demo did not invent."""
    cursor.execute(
        "SELECT count(*) FROM households_household AS h"
        # A sealed one has put its id away.
        " LEFT JOIN households_householdplace AS p ON p.household_id = h.id"
        " WHERE coalesce(p.uuid, h.uuid)::text NOT LIKE %s",
        (write.MARKED,),
    )
    if real := cursor.fetchone()[0]:
        raise RealDataPresent(f"数据库里已有 {real} 户正式的家庭，演示数据不能进来。")


def refuse_other_work(before: ImportBatch | None) -> None:
    """Raise RealDataPresent where somebody's own work would be lost or mixed with inventions."""
    found = [
        (ImportBatch.objects.exclude(kind="demo").count(), "次正式导入"),
        (0 if before else Division.objects.count(), "个正式区划"),
        (_real_accounts(before).count(), "个正式账号"),
    ]
    if words := "、".join(f"{n} {what}" for n, what in found if n):
        raise RealDataPresent(
            f"数据库里已有{words}，不能装入、更换或移除演示数据。请另建一个空的数据库。"
        )


def _real_accounts(before: ImportBatch | None):
    if before is None:
        return Member.objects.all()
    return Member.objects.exclude(username__in=write.ACCOUNTS).exclude(password=write.NO_PASSWORD)


def load(
    *,
    households: int | None,
    seed: int | None,
    progress: Callable[[str], None],
    dry_run: bool = False,
) -> dict:
    """Make this the demo that the database holds, and return its figures.

    What is not said is as in the demo that is loaded; if that is the same, nothing is done. Another
    one is replaced. One transaction: whoever stops it leaves the database as it was. A dry run
    only says whether it would be refused, or what it would put in the place of what.
    """
    with _alone() as cursor:
        refuse_real_households(cursor)
        before = loaded()
        old = before.counts if before else {"households": DEFAULT_HOUSEHOLDS, "seed": DEFAULT_SEED}
        wanted = {
            "households": old["households"] if households is None else households,
            "seed": old["seed"] if seed is None else seed,
        }
        if before and wanted.items() <= before.counts.items():
            progress("演示数据已经装好，不再重复装入。")
            return before.counts | {"already": True}
        refuse_other_work(before)
        if dry_run:
            progress(
                f"将装入 {wanted['households']} 户的演示区"
                + (f"，替换现有的 {old['households']} 户。" if before else "。")
            )
            return wanted | {"already": False}
        password = _new_password()
        figures = _replace(cursor, before, wanted, password, progress)
    keep_accounts(password)
    _vacuum(progress)
    return figures | {"already": False}


def remove(progress: Callable[[str], None], *, dry_run: bool = False) -> bool:
    """Empty the database of the demo, so that a county can begin with its own data."""
    with _alone() as cursor:
        refuse_real_households(cursor)
        before = loaded()
        if before:
            refuse_other_work(before)
        if before and not dry_run:
            write.erase(cursor)
    if before is None:
        progress("数据库里没有演示数据。")
    elif dry_run:
        progress("将移除演示数据。")
    else:
        accounts_file().unlink(missing_ok=True)
        progress("演示数据已移除。")
    return before is not None and not dry_run


@contextmanager
def _alone() -> Iterator:
    """A cursor that acts as the system, in a transaction that no other demo shares."""
    with acting_as_system("demo"), transaction.atomic(), connection.cursor() as cursor:
        # Two at once would both find the database empty.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('load_demo'))")
        cursor.execute("SET LOCAL statement_timeout = 0")  # a million takes a while
        yield cursor


def _replace(cursor, before: ImportBatch | None, wanted: dict, password: str, progress) -> dict:
    today = timezone.localdate()
    progress("推演边界、院落和人员")
    demo = arrange(wanted["households"], wanted["seed"])
    if before:
        progress("移除原来的演示数据")
        write.erase(cursor)
    progress(f"写入区划和 {len(demo.outlines.grids)} 个网格")
    divisions = write.write_divisions(demo)
    grids = write.write_grids(demo, divisions, today)
    scheme = install_default_scheme(divisions[demo.county.code])
    progress(f"写入 {len(demo.staff.posts)} 名人员和责任")
    members = write.write_staff(demo, divisions, grids, password, today)
    write.stage_ids(cursor, grids, members)
    progress(f"写入 {wanted['households']} 户")
    write.write_households(cursor, demo, wanted["seed"], today)
    write.write_people(cursor, today)
    progress("写入定色和认领")
    write.write_decisions(cursor, demo, scheme.pk, today)
    progress("写入一年的走访、纠纷、帮扶和活动")
    year = live(demo, today, np.random.default_rng([wanted["seed"], 8]))
    write_year(cursor, year, divisions, scheme.pk, today)
    write_worries()
    figures = wanted | _counts(demo) | _lived(year)
    ImportBatch.objects.create(kind="demo", filename="load_demo", counts=figures)
    progress("核对并提交")
    return figures


def _vacuum(progress) -> None:
    """Tell the planner what there is now, and let index-only scans trust the pages.

    Only the owner may; where nobody gave her address, the server's own vacuum comes by in a minute.
    """
    try:
        with connections["owner"].cursor() as cursor:
            for table in write.TABLES:
                cursor.execute(f"VACUUM (ANALYZE) {table}")
    except DatabaseError:
        progress("(没有整理统计信息：无法以数据库所有者身份连接)")
    finally:
        connections["owner"].close()


def _counts(demo: Demo) -> dict:
    status = demo.decisions.status
    return {
        "without_position": int((~demo.homes.placed).sum()),
        "towns": len(demo.outlines.towns),
        "villages": len(demo.outlines.villages),
        "grids": len(demo.outlines.grids),
        "grids_without_lead": int((demo.staff.lead < 0).sum()),
        "members": len(demo.staff.posts),
        "coloured": int((status == "confirmed").sum()),
        "lapsed": int((status == "lapsed").sum()),
        "proposed": int((status == "proposed").sum()),
        "claims": len(demo.claims),
    }


def _lived(year: Year) -> dict:
    return {
        "visits": len(year.visits),
        "disputes": len(year.disputes),
        "needs": len(year.needs),
        "events": len(year.events),
    }


def _new_password() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(14))


def renew_accounts() -> None:
    """A new password for the accounts of a demo whose file of accounts is gone."""
    password = _new_password()
    with transaction.atomic():
        for member in Member.objects.filter(username__in=write.ACCOUNTS):
            member.password = make_password(password)
            member.save(update_fields=["password"])
    keep_accounts(password)


def accounts_file() -> Path:
    return settings.VAR_DIR / "demo-accounts.txt"


def keep_accounts(password: str) -> None:
    """One line an account: name, password, role. For the owner of the installation alone."""
    titles = dict(
        Member.objects.filter(username__in=write.ACCOUNTS).values_list("username", "name")
    )
    lines = [f"{name:<11} {password}  {titles[name]}\n" for name in write.ACCOUNTS]
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.writelines(lines)
