"""Nothing is kept longer than the register says: what is past its time goes, or loses its names."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.apps import apps
from django.db import connection
from django.db.models.functions import Coalesce
from django.utils import timezone

from disputes.models import Dispute
from gis_app.keeping import register
from households.models import Classification
from rights.models import Request


@dataclass(frozen=True)
class Rule:
    models: tuple[str, ...]
    # What is done with whatever ended before this moment; how many rows that were.
    apply: Callable[[datetime], int]

    @property
    def retention(self) -> str:
        return next(e.retention for at, e in register.entries().items() if at[0] == self.models[0])

    @property
    def says(self) -> str:
        return register.model_says(self.models[0])


def deletes(model: str, ended: str, *parts: str) -> Rule:
    """Delete rows of which `ended` lies far enough back, with their parts; null is not ended."""

    def apply(before: datetime) -> int:
        rows = apps.get_model(model).objects.filter(**{f"{ended}__lt": before})
        return rows.delete()[0]

    return Rule((model, *parts), apply)


def _colours(before: datetime) -> int:
    """Not the one that holds, nor one that waits to be decided. With the objections to it."""
    status = Classification.Status
    over = [status.REFUSED, status.WITHDRAWN, status.SUPERSEDED, status.LAPSED]
    rows = Classification.objects.filter(status__in=over)
    rows = rows.alias(ended=Coalesce("decided_at", "proposed_at")).filter(ended__lt=before)
    return rows.delete()[0]


def _disputes(before: datetime) -> int:
    """Put away long ago. Where somebody was hurt, the case worker decides."""
    rows = Dispute.objects.filter(state=Dispute.State.ARCHIVED, violence=False)
    return rows.filter(since__lt=timezone.localdate(before)).delete()[0]


def _requests(before: datetime) -> int:
    """Number, matter and dates stay, to show that the desk has answered."""
    named = Request.objects.filter(closed_at__lt=before).exclude(applicant="")
    return named.update(applicant="", proof="", wish="", answer="")


def _history(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sec.forget_history(%s)", [before])
        return cursor.fetchone()[0]


# The parts go with it: the database sees to that.
_OF_A_DISPUTE = (
    "dispute", "disputetext", "party", "session", "disputestep", "supervision", "referral", "packet",
)  # fmt: skip
# History last: it also forgets what the others have just deleted.
RULES = [
    Rule(("households.classification", "households.objection"), _colours),
    deletes("households.claim", "ended_at"),
    deletes("households.conflict", "ended_at"),
    deletes("visits.visit", "recorded_at", "visits.visitnote"),
    deletes("support.need", "closed_at", "support.needtext", "support.help"),
    Rule(tuple(f"disputes.{part}" for part in _OF_A_DISPUTE), _disputes),
    deletes("rights.restriction", "until"),
    Rule(("rights.request",), _requests),
    deletes("transfers.importjob", "created_at"),
    deletes("transfers.export", "asked_at"),
    deletes("accounts.session", "expire_date"),
    deletes("axes.accessattemptexpiration", "expires_at"),
    deletes("axes.accessattempt", "attempt_time"),
    deletes("axes.accesslog", "attempt_time"),
    deletes("axes.accessfailurelog", "attempt_time"),
    Rule(
        (
            "households.indexchange", "households.placechange", "households.identitychange",
            "households.sensitivechange", "households.gridspell",
        ),
        _history,
    ),
]  # fmt: skip


def apply_retention(progress) -> dict[str, int]:
    """Apply every rule, in a transaction, as the system; how many rows each has reached."""
    now, reached = timezone.now(), {}
    for rule in RULES:
        progress(rule.says)
        reached[rule.models[0]] = rule.apply(now - timedelta(days=register.days(rule.retention)))
    return reached
