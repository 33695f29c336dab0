"""What is done about a dispute: found, mediated, settled or ended, looked at again, put away.

A dispute comes from `by_uuid`, a family from `cases.services.home_for`: whoever calls has made sure that
`by` may know of it. Each step asks the machine, whose step it is, and leaves who took it and when.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import Action, Kind, Tier
from audit.services import log_access
from boundaries.models import Division
from cases.models import families_of
from cases.services import raise_concern
from disputes import errors
from disputes.clocks import dispute_due
from disputes.machine import DISPUTE, SUPERVISORS, may
from disputes.models import (
    Dispute,
    DisputeStep,
    DisputeText,
    Party,
    Session,
    Supervision,
    ViolenceFlag,
)
from grids.models import Grid
from households.colouring.wording import require_fair
from households.models import Household, Person

SHORTEST_WORDS = 5
_T = DisputeText.Kind


def by_uuid(member: Member, uuid: UUID) -> Dispute:
    found = Dispute.objects.visible_to(member).select_related("household", "village", "grid")
    if not (dispute := found.filter(uuid=uuid).first()):
        raise errors.NoSuchDispute()
    return dispute


@transaction.atomic
def find_dispute(
    *,
    household: Household | None = None,
    village: Division | None = None,
    point: Point | None = None,
    kind: str,
    severity: int,
    source: str,
    text: str,
    by: Member,
    parties: Iterable[dict] = (),
    found_on: date | None = None,
    anyway: bool = False,
    violence: bool = False,
    needs_protection: bool = False,
    reported_on: date | None = None,
    why_not_reported: str = "",
) -> Dispute:
    """Enter a dispute of a family, or of a village with or without a point.

    `parties` are `{"person": uuid or None, "part": Party.As}`. Raises MayBeTheSame while the family has an
    open one of the kind, unless `anyway`. With `violence` it is the case worker's from this moment:
    what comes back here is the last that anybody else sees of it.
    """
    if not may(by.role, DISPUTE, "find"):
        raise errors.NotHerStep()
    text = plain_words(text)
    if not anyway and (same := similar(member=by, household=household, kind=kind)):
        raise errors.MayBeTheSame(
            disputes=[{"uuid": str(one.uuid), "number": one.number} for one in same]
        )
    today = timezone.localdate()
    dispute = Dispute.objects.create(
        **_place(household, village, point, by),
        kind=kind,
        severity=severity,
        source=source,
        found_on=found_on or today,
        found_by=by,
        state=DISPUTE.after("", "find"),
        since=today,
        due_on=dispute_due(Dispute.State.FOUND, severity, today),
        apart=by.role == Role.CASEWORKER,
    )
    _note(dispute, "find", by)
    _say(dispute, _T.HAPPENED, text, by)
    add_parties(dispute=dispute, parties=parties, by=by)
    if violence:
        flag_violence(
            dispute=dispute,
            needs_protection=needs_protection,
            reported_on=reported_on,
            why_not_reported=why_not_reported,
            by=by,
        )
    return dispute


def similar(*, member: Member, household: Household | None, kind: str) -> list[Dispute]:
    """Open disputes that may be the same: of this family, or with one of its people in them."""
    if household is None:
        return []
    about = Q(household=household) | Q(parties__person__household=household)
    found = Dispute.objects.visible_to(member).open().filter(about, kind=kind)
    return list(found.distinct().order_by("-found_on", "-pk")[:5])


def _place(home: Household | None, village: Division | None, point, by: Member) -> dict:
    """Where it stands: with its family, or where the finder answers."""
    if home is not None:
        return {"household": home, "village_id": home.village_id, "grid_id": home.grid_id}
    if village is None or by.role == Role.CASEWORKER:
        raise errors.NowhereToBe()
    mine = Grid.objects.answered_by(by).current().filter(village=village).order_by("code")
    if point is not None:
        grid = mine.filter(geom__covers=point).first()
    else:
        grid = mine.first() if by.role == Role.MEMBER else None
    # The chair may say "somewhere in my village".
    if grid is None and (
        point is not None or by.division_id != village.pk or by.role == Role.MEMBER
    ):
        raise errors.NotInYourPlace()
    return {"village": village, "grid": grid, "point": point}


@transaction.atomic
def add_parties(*, dispute: Dispute, parties: Iterable[dict], by: Member) -> None:
    parties = list(parties)
    named = [one["person"] for one in parties if one.get("person")]
    wanted = set(named)
    if len(wanted) < len(named):
        raise errors.Invalid("同一个人只登记一次。")
    known = Person.objects.filter(uuid__in=wanted, household__in=families_of(by).values("pk"))
    people = {person.uuid: person for person in known}
    if wanted - people.keys():
        raise errors.NotFound("没有找到这个人。")
    Party.objects.bulk_create(
        Party(dispute=dispute, person=people.get(one.get("person")), part=one["part"])
        for one in parties
    )


@transaction.atomic
def flag_violence(
    *,
    dispute: Dispute,
    needs_protection: bool,
    by: Member,
    reported_on: date | None = None,
    why_not_reported: str = "",
) -> None:
    """Somebody is hurt or threatened: shield the family, open its case, give the dispute to her.

    Whoever is under age or cannot act for herself must be reported to the police at once; if that was
    not done, the reason goes to whoever deals out the cases. Nothing comes back, and what other bodies
    were sent of it ends (a trigger): from now on they are told the least.
    """
    if not may(by.role, DISPUTE, "find"):
        raise errors.NotHerStep()
    home = dispute.household
    if home is None:
        raise errors.FamilyMissing()
    year = timezone.localdate().year
    parties = dispute.parties.select_related("person")
    minors = any(one.person and one.person.is_minor(year) for one in parties)
    needs_protection = needs_protection or minors
    report = ViolenceFlag.Report
    if reported_on:
        not_to_come(reported_on)
        made = report.MADE
    elif not needs_protection:
        made = report.NOT_OWED
    else:
        if sum(letter.isalnum() for letter in why_not_reported) < SHORTEST_WORDS:
            raise errors.ReportMissing()
        made = report.NOT_MADE
        _say(dispute, _T.NOT_REPORTED, plain_words(why_not_reported), by)
    # They do not go on sitting together: she is asked first.
    if locked(dispute).state == Dispute.State.JOINT:
        take_step(dispute=dispute, step="mediate", by=by)
    if by.role != Role.CASEWORKER:
        raise_concern(
            household=home.uuid, text=f"登记纠纷时说明有人受到伤害或者威胁：{dispute.number}", by=by
        )
    # Without RETURNING, which would ask for the right to read it.
    ViolenceFlag.objects.bulk_create([
        ViolenceFlag(
            dispute=dispute,
            needs_protection=needs_protection,
            report=made,
            reported_on=reported_on,
            by=by,
        )
    ])  # fmt: skip
    dispute.violence = dispute.apart = True


def mediate(*, dispute: Dispute, by: Member) -> Dispute:
    return take_step(dispute=dispute, step="mediate", by=by)


@transaction.atomic
def hold_session(
    *,
    dispute: Dispute,
    held_on: date,
    bodies: Iterable[str],
    result: str,
    by: Member,
    text: str = "",
) -> Session:
    """They sat together; while it is being mediated, alone or jointly."""
    if not may(by.role, DISPUTE, "mediate"):
        raise errors.NotHerStep()
    not_to_come(held_on)
    dispute = locked(dispute)
    # Whoever may settle now is at the table now.
    DISPUTE.after(dispute.state, "settle")
    if text.strip():
        _say(dispute, _T.AGREEMENT, plain_words(text), by)
    return Session.objects.create(
        dispute=dispute, held_on=held_on, led_by=by, bodies=sorted(set(bodies)), result=result
    )


def settle(*, dispute: Dispute, text: str, by: Member) -> Dispute:
    """They agreed, and on what."""
    if not text.strip():
        raise errors.AgreementMissing()
    return take_step(dispute=dispute, step="settle", by=by, kind=_T.AGREEMENT, text=text)


def end(*, dispute: Dispute, text: str, told: bool, by: Member) -> Dispute:
    """No agreement. The parties have been told which other ways the law gives them."""
    if not told:
        raise errors.NoticeOwed()
    return take_step(dispute=dispute, step="end", by=by, kind=_T.WHY_ENDED, text=text)


def follow_up(*, dispute: Dispute, text: str, by: Member) -> Dispute:
    return take_step(dispute=dispute, step="follow_up", by=by, kind=_T.FOLLOW_UP, text=text)


def mediate_again(*, dispute: Dispute, text: str, by: Member) -> Dispute:
    return take_step(dispute=dispute, step="again", by=by, kind=_T.AGAIN, text=text)


@transaction.atomic
def archive(*, dispute: Dispute, by: Member) -> Dispute:
    """Put away, and with it whoever asked for it to be brought to an end."""
    dispute = take_step(dispute=dispute, step="archive", by=by)
    dispute.supervisions.open().update(ended_at=timezone.now())
    return dispute


def take(*, dispute: Dispute, step: str, text: str, told: bool, by: Member) -> Dispute:
    """Take the step of this name, with the words that it needs. Referring has services of its own."""
    same = {"dispute": dispute, "by": by}
    match step:
        case "mediate":
            return mediate(**same)
        case "settle":
            return settle(**same, text=text)
        case "end":
            return end(**same, text=text, told=told)
        case "follow_up":
            return follow_up(**same, text=text)
        case "again":
            return mediate_again(**same, text=text)
        case "archive":
            return archive(**same)
    raise errors.NotFound("没有这一步。")


@transaction.atomic
def take_step(
    *, dispute: Dispute, step: str, by: Member, kind: str = "", text: str = ""
) -> Dispute:
    """One step of the machine, with its clock, its author and its words."""
    if not may(by.role, DISPUTE, step):
        raise errors.NotHerStep()
    row = locked(dispute)
    state = DISPUTE.after(row.state, step)
    if kind:
        _say(row, kind, plain_words(text), by)
    _note(row, step, by)
    row.state, row.since = state, timezone.localdate()
    row.due_on = dispute_due(state, row.severity, row.since)
    row.save(update_fields=["state", "since", "due_on"])
    return row


@transaction.atomic
def supervise(*, dispute: Dispute, due_on: date, by: Member) -> Supervision:
    """督办：ask that it be brought to an end by a day."""
    if by.role not in SUPERVISORS:
        raise errors.NotHerStep()
    if dispute.state == Dispute.State.ARCHIVED or due_on <= timezone.localdate():
        raise errors.Invalid("督办的期限要在今天以后，已经归档的不再督办。")
    try:
        with transaction.atomic():
            return Supervision.objects.create(dispute=dispute, by=by, due_on=due_on)
    except IntegrityError as error:
        raise errors.AlreadySupervised() from error


@transaction.atomic
def open_texts(*, dispute: Dispute, by: Member, route: str, action: str = Action.READ) -> None:
    """Log the look, without which row security shows none of the words."""
    log_access(
        by=by,
        action=action,
        tier=Tier.VIOLENCE if dispute.apart else Tier.SENSITIVE,
        kind=Kind.DISPUTE,
        subject=dispute.uuid,
        household=dispute.household.uuid if dispute.household else None,
        route=route,
    )


def plain_words(text: str) -> str:
    """A few words that say something and judge nobody."""
    text = "\n".join(" ".join(line.split()) for line in text.strip().splitlines())
    if sum(letter.isalnum() for letter in text) < SHORTEST_WORDS:
        raise errors.WordsMissing()
    require_fair(text)
    return text


def not_to_come(day: date) -> None:
    if day > timezone.localdate():
        raise errors.NotYet()


def locked(dispute: Dispute) -> Dispute:
    """Two who act on one dispute at a time come one after the other."""
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("household").filter(pk=dispute.pk).first()
    if row is None:
        raise errors.NoSuchDispute()
    return row


def _note(dispute: Dispute, step: str, by: Member) -> None:
    DisputeStep.objects.create(dispute=dispute, step=step, by=by)


def _say(dispute: Dispute, kind: str, text: str, by: Member) -> None:
    # Without RETURNING: what was said shows only to whoever has logged the look.
    DisputeText.objects.bulk_create([DisputeText(dispute=dispute, kind=kind, text=text, by=by)])
