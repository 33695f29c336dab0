"""Two protected families in the village of the account `village`, one of them with a case worker."""

from accounts.models import Member
from cases import services
from cases.models import Case, Concern
from core.scope import acting_as
from households.models import Household

WORRY = (Concern.Kind.WORRY, "示例：夜里常有哭声，孩子几天没有出门（虚构）")
WISH = (Concern.Kind.WISH, "示例：不希望别人在地图上看到住处（虚构）")


def write_worries() -> None:
    head = Member.objects.get(username="village")
    lead = Member.objects.get(username="caseworker")
    homes = Household.objects.filter(village=head.division_id, grid__isnull=False)
    # Away from the first in the list, on whom everybody tries things out. A small demo may have
    # but one family there.
    last = homes.order_by("-household_no", "pk")[:2]
    for home, (kind, text) in zip(last, (WORRY, WISH), strict=False):
        with acting_as(head.pk):
            services.raise_concern(household=home.uuid, kind=kind, text=text, by=head)
    case = Case.objects.order_by("pk").first()
    if case:
        with acting_as(lead.pk):
            services.assign(case=case.uuid, member=lead.pk, by=lead)
