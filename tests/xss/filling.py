"""The world of the matrix, with a hostile text in every field of every model that holds text.

The fields come from the model registry, so that a new one is filled by itself. A model of which
there is no row gets one; what it must look like, if any row will not do, stands in ROWS.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, combinations

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, connections, models, transaction
from django.utils import timezone
from psycopg2.extras import Json

from core.scope import acting_as, acting_as_system
from grids.drafts import store
from grids.models import Draft
from households.territory import editing, publish
from tests.matrix.world import World
from tests.xss.payloads import FIRST_NUMBER, NUMBER, PAYLOADS

# Fields that cannot be filled, and why. Those that the database refuses, too.
LEFT_ALONE = {
    "boundaries.Division.code": "digits",
    "grids.DraftGrid.key": "the program's own, such as g12: the page could not show the draft",
    "grids.DraftStep.before": "no sentence where the grid was as published; `after` has them",
    "grids.Grid.code": "digits",
    "grids.TerritoryChange.summary": "numbers only",
    "households.ColourClass.letter": "one sign",
    "households.HouseholdPlace.listed": "keys of what a list said, not shown",
    "households.Objection.answer": "the database takes it with a review only",
    "transfers.ImportJob.options": "what a command is given, not shown",
    "accounts.Member.password": "a hash; the sessions of the test hang on it",
    "accounts.Session.session_key": "who is signed in hangs on it",
    "accounts.Session.session_data": "signed by the site",
}
# What a row of a model must be like, where any would not do: {model: {field: value}}.
ROWS: dict[str, dict] = {
    "disputes.Referral": {"consent_how": "told"},
    "households.FairnessReview": {"state": "closed"},
    "support.Help": {"kind": "goods", "goods": "示例", "honour": ""},
}
# Text without limit gets so much of it.
_ENOUGH = 4_000
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Field:
    model: type[models.Model]
    field: models.Field

    def __str__(self):
        return f"{self.model._meta.label}.{self.field.name}"

    @property
    def room(self) -> int:
        return getattr(self.field, "max_length", None) or _ENOUGH

    @property
    def is_structured(self) -> bool:
        return isinstance(self.field, (models.JSONField, ArrayField))


def own_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if "site-packages" not in model._meta.app_config.path and model._meta.managed
    ]


def text_fields() -> list[Field]:
    """Every field that holds text; a word out of a list is none."""
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    return [
        Field(model, one)
        for model in own_models()
        for one in model._meta.local_fields
        if isinstance(one, kinds) and not getattr(one, "base_field", one).choices
    ]


@dataclass
class Filled:
    """Which number stands for which field and which text; and what could not be filled, and why."""

    numbers: dict[int, tuple[str, int]] = field(default_factory=dict)
    rows: Counter = field(default_factory=Counter)
    unfilled: dict[str, str] = field(default_factory=dict)

    def number(self, where: Field, payload: int) -> int:
        n = FIRST_NUMBER + len(self.numbers)
        self.numbers[n] = (str(where), payload)
        return n


class Texts:
    """What is written next: as many texts as fit, or the one that is asked for and nothing else."""

    def __init__(self, filled: Filled, only: int | None = None):
        self.filled, self.only, self.turn = filled, only, 0

    def next(self, where: Field) -> str | None:
        if self.only is not None:
            return self._one(where, self.only, where.room)
        parts, room = [], where.room
        for _ in PAYLOADS:
            part = self._one(where, self.turn % len(PAYLOADS), room)
            self.turn += 1
            if part:
                parts.append(part)
                room -= len(part) + 1
        return " ".join(parts) or None

    def _one(self, where: Field, payload: int, room: int) -> str | None:
        one = PAYLOADS[payload]
        if one.length > room:
            return None
        return one.numbered(self.filled.number(where, payload))


def furnish(world: World) -> None:
    """A draft with a step, a change that is published, and a row of everything else."""
    cast = world.cast
    with transaction.atomic(), acting_as(cast.chair.pk):
        kept = Draft.objects.get(title="east open")
        gone = store.open_draft(scope=cast.east, title="改名", by=cast.chair)
        for draft, grid in ((kept, cast.liu2), (gone, cast.liu1)):
            asked = {"key": f"g{grid.pk}", "name": f"{grid.name}新"}
            taken = editing.take_step(
                draft_id=draft.pk, expected_version=draft.version, kind="rename", asked=asked,
                by=cast.chair,
            )  # fmt: skip
        publish.publish(draft_id=gone.pk, expected_version=taken.draft.version, by=cast.chair)
    with _nothing_in_the_way() as owner:
        for model in own_models():
            if any(f.model is model for f in text_fields()) and not _count(owner, model):
                _add_row(owner, model, world)
        for where in text_fields():
            if where.field.default is list:  # sentences, of which there need not be any
                sql = f"UPDATE {where.model._meta.db_table} SET {where.field.column} = %s"
                is_array = isinstance(where.field, ArrayField)
                _run(owner, sql, [["示例"] if is_array else Json(["示例"])])


def fill(only: int | None = None) -> Filled:
    """Write into every field of every row: packed with texts, or with a single one of them."""
    filled = Filled()
    texts = Texts(filled, only)
    with _nothing_in_the_way() as owner:
        for where in text_fields():
            if str(where) in LEFT_ALONE:
                filled.unfilled[str(where)] = LEFT_ALONE[str(where)]
            else:
                _fill_field(owner, where, lambda w=where: texts.next(w), filled)
    return filled


def _fill_field(owner, where: Field, text: Callable[[], str | None], filled: Filled) -> None:
    meta = where.model._meta
    table, column = meta.db_table, where.field.column
    with owner.cursor() as cursor:
        cursor.execute(f'SELECT "{meta.pk.column}", "{column}" FROM "{table}" ORDER BY 1')
        rows = cursor.fetchall()
    refused = ""
    for pk, value in rows:
        if isinstance(where.field, models.JSONField) and value is not None:
            value = json.loads(value)
        wanted = _leaves(value, text) if where.is_structured else text()
        if wanted is None or wanted == value:
            continue
        if isinstance(where.field, models.JSONField):
            wanted = Json(wanted)
        try:
            with transaction.atomic(using="owner"):
                sql = f'UPDATE "{table}" SET "{column}" = %s WHERE "{meta.pk.column}" = %s'
                _run(owner, sql, [wanted, pk])
        except (IntegrityError, DataError) as error:
            refused = str(error).splitlines()[0]
        else:
            filled.rows[str(where)] += 1
    if not filled.rows[str(where)]:
        nothing = "holds no sentence" if where.is_structured else "no text of this round fits"
        filled.unfilled[str(where)] = refused or (nothing if rows else "there is no row")


def _leaves(value, text: Callable[[], str | None]):
    """Structured data with its Chinese texts replaced: the other ones are keys, codes and dates."""
    if isinstance(value, dict):
        return {key: _leaves(part, text) for key, part in value.items()}
    if isinstance(value, list):
        return [_leaves(part, text) for part in value]
    if isinstance(value, str) and (_CHINESE.search(value) or NUMBER.search(value)):
        return text() or value
    return value


def _add_row(owner, model: type[models.Model], world: World) -> None:
    """As little as a row may hold; where the database asks for more, so much as it takes."""
    given = ROWS.get(model._meta.label, {})
    columns = [one for one in model._meta.local_concrete_fields if one != model._meta.auto_field]
    loose = [one for one in columns if one.null and one.name not in given]
    sizes = chain.from_iterable(combinations(loose, size) for size in range(4))
    for more in (*sizes, loose):
        taken = [one for one in columns if one not in loose or one in more]
        values = [given[o.name] if o.name in given else _value(owner, o, world) for o in taken]
        names = ", ".join(f'"{one.column}"' for one in taken)
        places = ", ".join(["%s"] * len(taken))
        sql = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})'
        try:
            with transaction.atomic(using="owner"):
                _run(owner, sql, values)
            return
        except IntegrityError:
            continue  # test_a_field_that_is_not_filled_is_known says so when nothing will do


def _value(owner, one: models.Field, world: World):
    """Something that such a field takes."""
    if one.is_relation:
        return _related(owner, one.related_model, world)
    if one.has_default():
        made = one.get_default()
        return Json(made or ["示例"]) if isinstance(one, models.JSONField) else made
    if one.choices:
        return "" if one.blank else next(key for key, _ in one.flatchoices if key != "")
    match one.get_internal_type():
        case "CharField" | "TextField":
            return "示例"[: one.max_length]
        case "JSONField":
            return Json({"name": "示例"})
        case "DateField":
            return timezone.localdate()
        case "DateTimeField":
            return timezone.now() + timedelta(days=1)
        case "BooleanField":
            return False
        case "BinaryField":
            return b""
        case "UUIDField":
            return world.homes["liu1 plain"].uuid
        case "MultiPolygonField":
            return world.cast.liu1.geom.hexewkb.decode()
        case "PointField":
            return world.cast.liu1.geom.point_on_surface.hexewkb.decode()
    return 1


def _related(owner, model: type[models.Model], world: World):
    """Of what most readers may see."""
    cast, home = world.cast, world.homes["liu1 plain"]
    near = {
        "households.Household": home, "accounts.Member": cast.lan, "grids.Grid": cast.liu1,
        "boundaries.Division": cast.liu,
    }  # fmt: skip
    if model._meta.label in near:
        return near[model._meta.label].pk
    meta = model._meta
    hers = [f.column for f in meta.local_concrete_fields if f.column == "household_id"]
    order = f'"{hers[0]}" = {home.pk} DESC,' if hers else ""
    sql = f'SELECT "{meta.pk.column}" FROM "{meta.db_table}" ORDER BY {order} 1 LIMIT 1'
    with owner.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchone()
    if found is None:
        _add_row(owner, model, world)
        with owner.cursor() as cursor:
            cursor.execute(sql)
            found = cursor.fetchone()
    return found and found[0]


@contextmanager
def _nothing_in_the_way() -> Iterator:
    """The owner's connection, without row security and without triggers."""
    owner = connections["owner"]
    tables = sorted({model._meta.db_table for model in own_models()})
    connections["default"].close()
    with acting_as_system("test"):
        with owner.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
            secured = {name for (name,) in cursor.fetchall()}
        for table in tables:
            _run(owner, f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
            if table in secured:
                _run(owner, f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        try:
            yield owner
        finally:
            for table in tables:
                _run(owner, f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
                if table in secured:
                    _run(owner, f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            owner.close()


def uuids() -> dict[str, list[str]]:
    """The keys that the rows of each app have in addresses."""
    found: dict[str, list[str]] = {}
    with _nothing_in_the_way():
        for model in own_models():
            if any(f.name == "uuid" for f in model._meta.fields):
                keys = model._base_manager.using("owner").values_list("uuid", flat=True)
                found.setdefault(model._meta.app_label, []).extend(map(str, keys))
    return found


def _count(owner, model: type[models.Model]) -> int:
    with owner.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')
        return cursor.fetchone()[0]


def _run(owner, sql: str, values: list | None = None) -> None:
    with owner.cursor() as cursor:
        cursor.execute(sql, values)
