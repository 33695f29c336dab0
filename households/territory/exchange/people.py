"""Whom the cells of a line mean."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import Q

from accounts.models import Member
from boundaries.models import Division
from core.errors import Invalid
from core.tables import normal
from grids.people import FIELD_ROLES, answerable
from grids.sheets import people


class People:
    """Everybody who may be meant: those of the town, and whoever is named by account."""

    def __init__(self, town: Division, known: Collection[int], accounts: Collection[str]):
        self.town = town
        members = list(
            Member.objects.filter(
                Q(division__in=Division.objects.under(town).values("pk"))
                | Q(pk__in=known)
                | Q(username__in=accounts)
            ).order_by("username")
        )
        self.by_id = {m.pk: m for m in members}
        self.by_account = {normal(m.username): m for m in members}
        self.by_name = defaultdict(list)
        for m in members:
            if m.is_active and m.role in FIELD_ROLES:
                self.by_name[normal(m.name)].append(m)
        self._fit: dict[int, Invalid | None] = {}

    def meant(
        self, names: str | None, accounts: str | None, before: Sequence[int], village: int
    ) -> tuple[int, ...]:
        """The members of two cells, of which people mostly change one. None: no such column.

        A cell that says what it said when it went out says nothing; the other one counts.
        """
        old = [self.by_id[pk] for pk in before]
        named, held = people(names or ""), people(accounts or "")
        by_name = names is not None and named != _parted(m.name for m in old)
        by_account = accounts is not None and held != _parted(m.username for m in old)
        if by_account and held:
            chosen = [self._of_account(a) for a in held]
            if by_name and named and sorted(named) != sorted(_parted(m.name for m in chosen)):
                shown = "、".join(m.name for m in chosen) or "空"
                raise Invalid(
                    f"账号“{accounts}”是{shown}，不是{names}；请改正其中一格，或只填一格。"
                )
        elif by_name and named:
            chosen = [self._of_name(n, old, village) for n in named]
        elif (by_name and by_account) or ((by_name or by_account) and not (named or held)):
            chosen = []
        elif by_name or by_account:
            left = f"账号“{accounts}”" if held else f"姓名“{names}”"
            raise Invalid(f"只清空了一格，还留着{left}；要去掉这个人，请把姓名和账号都清空。")
        else:
            chosen = old
        return tuple(dict.fromkeys(m.pk for m in chosen))

    def _of_account(self, account: str) -> Member:
        member = self.by_account.get(account)
        if member is None:
            raise Invalid(f"没有账号“{account[:40]}”；请核对，或改填姓名。")
        return member

    def _of_name(self, name: str, old: list[Member], village: int) -> Member:
        """One of those already there, else of the village, else of the town."""
        near = self.by_name[name]
        for found in ([m for m in old if normal(m.name) == name],
                      [m for m in near if m.division_id == village], near):  # fmt: skip
            if len(found) == 1:
                return found[0]
            if found:
                shown = "、".join(m.username for m in found)
                raise Invalid(f"有 {len(found)} 位“{name}”（{shown}）；请改填账号。")
        raise Invalid(f"{self.town.name}没有名叫“{name[:40]}”的在任执委；请核对，或改填账号。")

    def expect(self, ids: Collection[int]) -> None:
        """Look at once whether these may take on a grid."""
        try:
            answerable(sorted(ids), self.town)
            self._fit = dict.fromkeys(ids)
        except Invalid:
            for pk in ids:
                try:
                    answerable([pk], self.town)
                    self._fit[pk] = None
                except Invalid as why:
                    self._fit[pk] = why

    def unfit(self, ids: Collection[int]) -> list[str]:
        """Why some of them may not, a sentence each."""
        named = [(self.by_id[pk].name, why.message) for pk in ids if (why := self._fit[pk])]
        return [said if name in said else f"{name}：{said}" for name, said in named]


def _parted(texts) -> list[str]:
    """As `people` reads them back, also a name that holds a separator."""
    return people(normal("、".join(texts)))
