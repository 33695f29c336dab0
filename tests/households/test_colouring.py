"""A colour is proposed by one, decided by another, holds for a time and goes when the family objects."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.models import Member
from core.errors import NotFound
from core.scope import acting_as, acting_as_system
from core.states import StepNotPossible
from households.colouring import errors, services
from households.colouring.lapsing import lapse_due
from households.colouring.reading import choices
from households.colouring.wording import WordsThatJudge
from households.models import (
    Classification,
    Conflict,
    FamilyStatement,
    Household,
    IdentityChange,
    Objection,
)
from households.services import install_default_scheme
from tests.factories import division, member
from tests.households.colours import HELP, object_to, propose, reason, take


@pytest.fixture
def plain(cast):
    """A family without a colour, in lan's grid."""
    return cast.homes["liu1"][2]


@pytest.fixture
def red(cast):
    """lan proposed it, the town's chair decided."""
    return cast.homes["liu1"][0]


@pytest.fixture
def yellow(cast):
    return cast.homes["liu1"][1]


def now(home: Household) -> tuple:
    with acting_as_system("test"):
        home = Household.objects.get(pk=home.pk)
    return home.slot, home.review_on, home.lapsed, home.proposed


def held(home: Household) -> Classification:
    with acting_as_system("test"):
        return home.classifications.get(status__in=["confirmed", "objected"])


def aged(home: Household, days: int) -> None:
    """Let the decisions about a family lie so many days back."""
    with acting_as_system("test"):
        for row in home.classifications.exclude(decided_at=None):
            services.Classification.objects.filter(pk=row.pk).update(
                decided_at=row.decided_at - timedelta(days=days)
            )


class TestProposing:
    def test_a_proposal_colours_nothing(self, cast, plain):
        made = propose(plain, 3, cast.lan)
        assert (made.status, made.proposed_by, made.source) == ("proposed", cast.lan, "seen")
        assert now(plain) == (0, None, False, True)

    def test_the_village_confirms_and_it_holds_until_its_review(self, cast, plain):
        take("confirm", propose(plain, 3, cast.lan), cast.head)
        in_90_days = timezone.localdate() + timedelta(days=90)
        assert now(plain) == (3, in_90_days, False, False)
        assert held(plain).decided_by == cast.head

    def test_what_is_visited_most_often_is_for_the_town(self, cast, plain):
        made = propose(plain, 1, cast.lan)
        with pytest.raises(errors.NotHerWord, match="乡镇妇联主席"):
            take("confirm", made, cast.head)
        take("confirm", made, cast.chair)
        assert now(plain)[0] == 1

    def test_and_all_else_is_not(self, cast, plain):
        with pytest.raises(errors.NotHerWord, match="村妇联主席"):
            take("confirm", propose(plain, 3, cast.lan), cast.chair)

    @pytest.mark.parametrize("who", ["head", "chair"])
    def test_a_chair_proposes_nothing(self, cast, plain, who):
        with pytest.raises(errors.NotHerWord):
            propose(plain, 3, getattr(cast, who))

    def test_a_chair_decides_where_she_is_chair_not_where_she_has_claimed(self, cast, plain):
        with acting_as_system("test"):
            elsewhere = member("tao_head", "village", cast.tao)
            plain.claims.create(member=elsewhere)
        with pytest.raises(errors.NotHerWord):
            take("confirm", propose(plain, 3, cast.lan), elsewhere)

    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ({"reason": 0}, errors.ReasonUnknown),
            ({"help_offered": "  "}, errors.HelpMissing),
            ({"source": "rumour"}, errors.SourceMissing),
            ({"help_offered": "列入重点" + "人员，每周上门"}, WordsThatJudge),
        ],
    )
    def test_it_is_argued_or_it_is_none(self, cast, plain, said, error):
        with pytest.raises(error):
            propose(plain, 3, cast.lan, **said)
        assert now(plain)[3] is False

    def test_a_reason_of_a_scheme_that_is_over_is_none(self, cast, plain):
        with acting_as_system("test"):
            old = reason(3)
            cast.scheme.valid_to = timezone.localdate()
            cast.scheme.save()
        with pytest.raises(errors.ReasonUnknown):
            propose(plain, 3, cast.lan, reason=old)

    def test_nor_is_a_reason_of_another_county(self, cast, plain):
        with acting_as_system("test"):
            theirs = install_default_scheme(division("999002", "邻区"))
            reason = theirs.classes.get(slot=3).reasons.first()
        with pytest.raises(errors.ReasonUnknown):
            propose(plain, 3, cast.lan, reason=reason.pk)
        told = {one["id"] for c in choices(plain)["classes"] for one in c["reasons"]}
        assert told and reason.pk not in told

    def test_one_at_a_time(self, cast, plain):
        propose(plain, 3, cast.lan)
        with pytest.raises(errors.ProposalWaiting):
            propose(plain, 4, cast.lan)

    def test_what_a_list_proposed_is_argued_anew_not_confirmed(self, cast, plain):
        with acting_as_system("test"):
            chosen = cast.scheme.classes.get(slot=3)
            listed = Classification.objects.create(household=plain, colour_class=chosen)
        with pytest.raises(errors.NotArgued):
            take("confirm", listed, cast.head)
        made = propose(plain, 4, cast.lan)
        with acting_as_system("test"):
            assert Classification.objects.get(pk=listed.pk).status == "superseded"
        take("confirm", made, cast.head)
        assert now(plain)[0] == 4

    def test_a_refusal_says_why_and_what_held_holds_on(self, cast, yellow):
        before = now(yellow)
        made = propose(yellow, 3, cast.lan)
        with pytest.raises(errors.WordsMissing):
            take("refuse", made, cast.head, words="不行")
        row = take("refuse", made, cast.head, words="先了解清楚孩子由谁照看")
        assert (row.status, row.refusal) == ("refused", "先了解清楚孩子由谁照看")
        assert now(yellow) == before

    def test_a_new_colour_takes_the_place_of_the_old(self, cast, yellow):
        before = held(yellow)
        aged(yellow, 40)
        take("confirm", propose(yellow, 4, cast.lan), cast.head)
        with acting_as_system("test"):
            assert Classification.objects.get(pk=before.pk).status == "superseded"
        assert now(yellow)[0] == 4

    def test_who_proposed_it_does_not_decide_as_a_chair_either(self, cast, plain):
        made = propose(plain, 3, cast.lan)
        with acting_as_system("test"):
            Member.objects.filter(pk=cast.lan.pk).update(role="village")
        cast.lan.refresh_from_db()
        for step in ("confirm", "refuse", "second_look"):
            with pytest.raises((errors.HerOwnWord, errors.NoSecondLookOwed)):
                take(step, made, cast.lan)
        # Nor does the database let anybody write it down so.
        now_decided = {"decided_by": cast.lan, "decided_at": timezone.now(), "status": "refused"}
        with acting_as_system("test"), pytest.raises(IntegrityError), transaction.atomic():
            Classification.objects.filter(pk=made.pk).update(**now_decided)

    def test_of_a_family_of_her_kin_she_decides_nothing(self, cast, plain):
        made = propose(plain, 3, cast.lan)
        with acting_as_system("test"):
            Conflict.objects.create(household=plain, member=cast.head, kind="relative")
        with acting_as(cast.head.pk), pytest.raises(NotFound):
            services.by_uuid(cast.head, made.uuid)


class TestChangingAgainSoon:
    def test_another_colour_within_thirty_days_needs_a_second_look(self, cast, yellow):
        made = propose(yellow, 4, cast.lan)
        with pytest.raises(errors.SecondLookMissing):
            take("confirm", made, cast.head)
        with pytest.raises(errors.HerOwnWord):
            take("second_look", made, cast.lan)
        take("second_look", made, cast.chair)
        take("confirm", made, cast.head)
        assert now(yellow)[0] == 4

    def test_whoever_looked_a_second_time_does_not_decide(self, cast, yellow):
        made = propose(yellow, 4, cast.lan)
        take("second_look", made, cast.head)
        with pytest.raises(errors.HerOwnWord):
            take("confirm", made, cast.head)

    def test_the_same_colour_once_more_needs_none(self, cast, yellow):
        made = propose(yellow, 3, cast.lan)
        with pytest.raises(errors.NoSecondLookOwed):
            take("second_look", made, cast.chair)
        take("confirm", made, cast.head)

    def test_nor_does_one_after_thirty_days(self, cast, yellow):
        aged(yellow, 31)
        take("confirm", propose(yellow, 4, cast.lan), cast.head)

    def test_the_county_says_how_many_days(self, cast, yellow):
        aged(yellow, 31)
        with acting_as_system("test"):
            cast.scheme.flip_days = 60
            cast.scheme.save()
        with pytest.raises(errors.SecondLookMissing):
            take("confirm", propose(yellow, 4, cast.lan), cast.head)


class TestObjecting:
    def test_the_colour_is_gone_at_once_until_somebody_else_has_looked(self, cast, red):
        review_on = now(red)[1]
        said = object_to(red, cast.lan)
        assert now(red) == (0, None, False, False)
        assert said.due_on == timezone.localdate() + timedelta(days=7)
        take("keep", held(red), cast.head, words="当面说明了原因，家里同意")
        assert now(red) == (1, review_on, False, False)

    def test_or_it_stays_gone(self, cast, red):
        object_to(red, cast.lan)
        row = take("withdraw", held(red), cast.head, words="家里的情况已经好转")
        assert row.status == "withdrawn" and now(red)[0] == 0
        with acting_as_system("test"):
            said = Objection.objects.get()
        assert (said.reviewed_by, said.kept, said.answer) == (
            cast.head, False, "家里的情况已经好转",
        )  # fmt: skip

    def test_whoever_decided_does_not_review(self, cast, red):
        object_to(red, cast.lan)
        with pytest.raises(errors.HerOwnWord):
            take("keep", held(red), cast.chair)
        with pytest.raises(errors.NotHerWord):
            take("keep", held(red), cast.lan)

    def test_whoever_reviewed_once_does_not_review_again(self, cast, red):
        object_to(red, cast.lan)
        take("keep", held(red), cast.head)
        object_to(red, cast.lan)
        with pytest.raises(errors.HerOwnWord):
            take("keep", held(red), cast.head)

    def test_meanwhile_no_other_colour_takes_its_place(self, cast, red):
        waiting = propose(red, 1, cast.lan)
        object_to(red, cast.head)
        with pytest.raises(errors.ObjectionWaiting):
            take("confirm", waiting, cast.chair)
        take("refuse", waiting, cast.chair)
        with pytest.raises(errors.ObjectionWaiting):
            propose(red, 3, cast.lan)

    def test_where_there_is_no_colour_there_is_nothing_to_object_to(self, cast, plain, red):
        with pytest.raises(errors.NoColourToObjectTo):
            object_to(plain, cast.lan)
        object_to(red, cast.lan)
        with pytest.raises(StepNotPossible):
            object_to(red, cast.lan)

    def test_the_words_of_the_family_are_not_corrected(self, cast, red):
        object_to(red, cast.lan, words="我们不是问题" + "家庭")

    def test_the_database_takes_the_colour_away_whoever_writes(self, cast, red):
        with acting_as(cast.lan.pk), transaction.atomic():
            Objection.objects.create(
                classification=held(red), household=red, text="不同意", by=cast.lan
            )
        assert now(red)[0] == 0 and held(red).status == "objected"

    def test_nobody_objects_in_anothers_name(self, cast, red):
        row = held(red)
        with acting_as(cast.lan.pk), pytest.raises(DatabaseError), transaction.atomic():
            Objection.objects.create(classification=row, household=red, text="x", by=cast.mei)


class TestLapsing:
    def test_it_falls_to_not_assessed_at_its_review_date(self, cast, red, monkeypatch):
        later = timezone.localdate() + timedelta(days=31)
        monkeypatch.setattr(timezone, "localdate", lambda *_: later)
        assert lapse_due() == 8
        assert now(red) == (0, None, True, False)

    def test_silence_about_an_objection_never_brings_the_colour_back(self, cast, red, monkeypatch):
        object_to(red, cast.lan)
        row, later = held(red), timezone.localdate() + timedelta(days=31)
        monkeypatch.setattr(timezone, "localdate", lambda *_: later)
        assert lapse_due() == 8
        assert now(red) == (0, None, True, False)
        with acting_as_system("test"):
            assert Classification.objects.get(pk=row.pk).status == "lapsed"

    def test_what_is_kept_after_its_time_has_lapsed(self, cast, red, monkeypatch):
        object_to(red, cast.lan)
        later = timezone.localdate() + timedelta(days=31)
        monkeypatch.setattr(timezone, "localdate", lambda *_: later)
        assert take("keep", held(red), cast.head).status == "lapsed"
        assert now(red) == (0, None, True, False)


class TestWhatTheFamilySays:
    def test_its_own_words_stand_until_it_takes_them_back(self, cast, plain):
        for text in ("我们过得很好", "我们希望有人教孩子写作业"):
            with acting_as(cast.lan.pk):
                services.write_statement(household=plain, text=text, by=cast.lan)
        with acting_as_system("test"):
            said = FamilyStatement.objects.get()
            assert (said.text, said.written_by) == ("我们希望有人教孩子写作业", cast.lan)
            change = IdentityChange.objects.get(about="familystatement")
            assert change.before["text"] == "我们过得很好"
        with acting_as(cast.head.pk):
            assert services.write_statement(household=plain, text=" ", by=cast.head) is None
        with acting_as_system("test"):
            assert not FamilyStatement.objects.exists()

    def test_a_good_word_changes_no_colour(self, cast, plain):
        with acting_as(cast.lan.pk):
            said = services.say_good(
                household=plain, kind="elders", text="每天给隔壁老人送饭", by=cast.lan
            )
            with pytest.raises(WordsThatJudge):
                services.say_good(household=plain, kind="work", text="不再好吃懒做了", by=cast.lan)
        assert said.by == cast.lan and now(plain) == (0, None, False, False)


def test_everything_about_a_family_goes_with_it(cast, red):
    object_to(red, cast.lan)
    with acting_as(cast.lan.pk):
        services.write_statement(household=red, text="我们过得很好", by=cast.lan)
        services.say_good(household=red, kind="work", text="开了一家小吃店", by=cast.lan)
    with acting_as_system("test"):
        red.delete()
        assert not Objection.objects.exists() and not FamilyStatement.objects.exists()


def test_help_and_words_reach_nobody_else(cast, red):
    object_to(red, cast.lan)
    for stranger in (cast.hua, cast.mei, cast.other_chair, cast.district):
        with acting_as(stranger.pk):
            assert not Objection.objects.exists()
            assert not Classification.objects.filter(household=red).exists()
    assert HELP


def test_who_proposed_what_is_never_rewritten(cast, red):
    row = held(red)
    for change in ({"proposed_by": cast.mei}, {"help_offered": "别的"}, {"household": red.pk + 1}):
        with acting_as(cast.lan.pk), pytest.raises(DatabaseError), transaction.atomic():
            Classification.objects.filter(pk=row.pk).update(**change)
