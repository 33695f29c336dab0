"""Is the access log what was written? Computed here anew, not by the database's own function."""

import datetime
import hashlib
from collections.abc import Iterator

from django.utils import timezone

from audit.models import AccessDay, AccessRecord

_FIELDS = (
    "id", "at", "day", "member_id", "role", "action", "tier", "kind", "subject", "household",
    "reason", "route", "transaction",
)  # fmt: skip


def digest_of(before: str, records: list[tuple]) -> str:
    """SHA-256 of the digest before and every field as `bytes:text,`, in the order of ids."""
    whole = hashlib.sha256(before.encode())
    for record in records:
        for value in record:
            text = _text(value).encode()
            whole.update(b"%d:%s," % (len(text), text))
    return whole.hexdigest()


def _text(value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return str(value)


def faults(noted: dict[datetime.date, str]) -> Iterator[str]:
    """What is wrong with the log, in sentences; nothing if nothing is.

    `noted` are digests that somebody wrote down elsewhere. Without one, whoever owns the database
    could change records and seal every later day anew.
    """
    days = list(AccessDay.objects.all())
    sealed = {one.day: one for one in days}
    for day, digest in noted.items():
        if day not in sealed:
            yield f"{day}：记下的封存不见了。"
        elif sealed[day].digest != digest:
            yield f"{day}：封存的指纹和记下的不一样。"
    before, expected = "", days[0].day if days else None
    for one in days:
        while expected < one.day:
            yield f"{expected}：这一天的封存不见了。"
            expected += datetime.timedelta(days=1)
        expected = one.day + datetime.timedelta(days=1)
        records = list(
            AccessRecord.objects.filter(day=one.day).order_by("pk").values_list(*_FIELDS)
        )
        if len(records) != one.count:
            yield f"{one.day}：封存时有 {one.count} 条记录，现在是 {len(records)} 条。"
        elif digest_of(before, records) != one.digest:
            yield f"{one.day}：记录或封存被改动过。"
        before = one.digest
    loose = AccessRecord.objects.exclude(day__in=sealed).filter(day__lt=_first_open_day(days))
    for day in loose.order_by("day").values_list("day", flat=True).distinct():
        yield f"{day}：有记录，却没有封存。"


def _first_open_day(days: list[AccessDay]) -> datetime.date:
    """Days before the last sealed one must be sealed; so must all but yesterday and today."""
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    return max(yesterday, days[-1].day) if days else yesterday
