"""load_demo: what it writes, what it says, and where it refuses."""

import json
import re
import stat
import uuid
from functools import cache
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Member, Role
from audit.models import AccessRecord
from audit.services import log_access
from boundaries.models import Division, ImportBatch
from cases.models import Case
from core.models import KeptAnswer
from core.scope import acting_as, acting_as_system
from gis_app.demo import load, write
from gis_app.demo.arrange import arrange
from grids.models import Assignment, Grid
from households.defaults import FIVE_COLOURS
from households.models import (
    Classification,
    Household,
    HouseholdIdentity,
    IdentityChange,
    IndexChange,
    Person,
    PersonSensitive,
)
from rights.services import file_request, restrict
from tests.factories import division, household, member

# Few, for speed; the ground and the members are the same for any number.
N, SEED = 3000, 7
arranged = cache(arrange)


def run(*arguments):
    """Run the command; return its exit code, its report and what it said."""
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command("load_demo", *arguments, "--json", stdout=out, stderr=err)
    except SystemExit as stop:
        code = stop.code
    return code, json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def digest() -> str:
    """Of everything that the demo says of households, ids aside."""
    with acting_as_system("test"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT md5(string_agg(concat_ws('|', h.uuid, g.code, h.household_no,"
            " ST_AsText(h.point), h.slot, h.review_on, h.lapsed, h.proposed, i.contact_name,"
            " i.phone, i.address, i.members), E'\\n' ORDER BY h.uuid))"
            " FROM households_household AS h LEFT JOIN grids_grid AS g ON g.id = h.grid_id"
            " JOIN households_householdidentity AS i ON i.household_id = h.id"
        )
        return cursor.fetchone()[0]


@pytest.fixture
def away(settings, tmp_path, monkeypatch):
    """Accounts are kept in a folder of the test's own; the same demo is not invented twice."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(load, "arrange", arranged)


@pytest.fixture(scope="class")
def standing(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, loaded once for the tests that only read it. Yields the command's report."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(load.settings, "VAR_DIR", tmp_path_factory.mktemp("var"))
        patch.setattr(load, "arrange", arranged)
        code, report, said = run("--households", str(N), "--seed", str(SEED))
        assert code == 0
        yield report | {"said": said}
        load.remove(lambda line: None)


@pytest.fixture
def system_sees(standing, db):
    with acting_as_system("test"):
        yield


class TestLoaded:
    def test_the_report_counts_what_is_there(self, standing, system_sees):
        assert standing["ok"]
        assert not standing["already"]
        assert Division.objects.filter(level="town").count() == standing["towns"] == 18
        assert Division.objects.filter(level="village").count() == standing["villages"] == 454
        assert Grid.objects.count() == standing["grids"]
        assert Household.objects.count() == standing["households"] == N
        assert HouseholdIdentity.objects.count() == N
        assert Household.objects.filter(point=None).count() == standing["without_position"]
        assert Household.objects.exclude(slot=0).count() == standing["coloured"]
        assert Household.objects.filter(lapsed=True).count() == standing["lapsed"]
        assert Household.objects.filter(proposed=True).count() == standing["proposed"]

    def test_only_the_district_has_a_real_outline(self, system_sees):
        real = Division.objects.filter(outline_invented=False)
        assert [d.code for d in real] == ["411003"]
        assert real[0].area_m2 == pytest.approx(1001.3e6, rel=1e-3)

    def test_the_database_finds_every_household_in_its_grid(self, system_sees):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*),"
                " count(*) FILTER (WHERE ST_Covers(g.geom, coalesce(p.point, h.point))),"
                " count(*) FILTER (WHERE g.village_id = h.village_id)"
                " FROM households_household AS h JOIN grids_grid AS g ON g.id = h.grid_id"
                " LEFT JOIN households_householdplace AS p ON p.household_id = h.id"
            )
            placed, covered, same_village = cursor.fetchone()
        assert placed == covered == same_village == N - 9

    def test_two_families_are_protected_and_one_is_the_case_workers(self, system_sees):
        assert Household.objects.filter(protection="shielded").count() == 2
        worker = Member.objects.get(username="caseworker")
        assert Case.objects.count() == 2
        assert Case.objects.followed_by(worker).count() == 1
        assert Case.objects.led_by(worker).count() == 2

    def test_rows_lie_in_the_order_in_which_tiles_read_them(self, system_sees):
        keys = list(
            Household.objects.filter(protection="none", point__isnull=False)
            .order_by("pk")
            .values_list("qk", flat=True)
        )
        assert keys == sorted(keys)

    def test_identities_are_plainly_invented(self, system_sees):
        for identity in HouseholdIdentity.objects.select_related("household__village")[:200]:
            assert identity.contact_name.startswith("示例户")
            assert re.fullmatch(r"000\d{8}", identity.phone)
            assert "示例路" in identity.address
        assert not Member.objects.exclude(name__startswith="示例").exists()

    def test_households_and_their_classifications_say_the_same(self, system_sees):
        confirmed = Classification.objects.filter(status="confirmed").select_related(
            "household", "colour_class", "reason"
        )
        today = timezone.localdate()
        assert confirmed.count() == Household.objects.exclude(slot=0).count()
        reasons = {c["slot"]: set(c["reasons"]) for c in FIVE_COLOURS}
        for c in confirmed:
            assert c.household.slot == c.colour_class.slot
            assert c.household.review_on == c.review_on >= today
            assert c.reason.text in reasons[c.colour_class.slot]
            assert c.help_offered
            assert c.proposed_at < c.decided_at <= timezone.now()
        proposed = Classification.objects.filter(status="proposed")
        assert set(proposed.values_list("household", flat=True)) == set(
            Household.objects.filter(proposed=True).values_list("pk", flat=True)
        )

    def test_members_live_where_they_were_invented(self, standing, system_sees):
        lives = arranged(N, SEED).members_homes
        told = Member.objects.filter(home__isnull=False).order_by("pk")
        assert [m.home.coords for m in told] == [
            (lon, lat) for lon, lat in lives.tolist() if lon == lon
        ]

    def test_only_the_eight_accounts_can_sign_in(self, system_sees):
        usable = [m.username for m in Member.objects.all() if m.has_usable_password()]
        assert sorted(usable) == sorted(write.ACCOUNTS)

    def test_the_password_is_printed_once_and_kept_for_the_owner_alone(self, standing, rf, db):
        file = load.accounts_file()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        lines = [line.split() for line in file.read_text().splitlines()]
        assert [line[0] for line in lines] == list(write.ACCOUNTS)
        assert len({line[1] for line in lines}) == 1
        assert lines[0][1] in standing["said"]
        for username, password, _ in lines:
            assert authenticate(rf.get("/"), username=username, password=password)

    def test_the_accounts_see_what_their_roles_see(self, system_sees):
        account = {m.username: m for m in Member.objects.filter(username__in=write.ACCOUNTS)}
        assert {name: m.role for name, m in account.items()} == {n: n for n in write.ACCOUNTS}
        counts = {}
        for name, who in account.items():
            with acting_as(who.pk):
                counts[name] = Household.objects.count()
                if name != "caseworker":  # hers come through her cases
                    assert Household.objects.visible_to(who).count() == counts[name]
        assert 0 < counts["member"] < counts["village"] < counts["town"] < N
        assert counts["caseworker"] == 1
        assert not any(counts[n] for n in ("district", "steward", "sysadmin", "auditor"))
        hers = Assignment.objects.open().filter(member=account["member"], role="lead")
        assert hers.count() in (2, 3)
        assert account["member"].claims.count() == 2
        assert account["village"].division == account["member"].division
        assert account["town"].division == account["village"].division.parent

    def test_a_second_time_nothing_is_done(self, standing, db):
        before = load.loaded().pk, load.accounts_file().read_text()
        for arguments in ((), ("--households", str(N), "--seed", str(SEED))):
            code, report, said = run(*arguments)
            assert (code, report["already"]) == (0, True)
            assert "已经装好" in said
            assert before[1].split()[1] not in said
        assert before == (load.loaded().pk, load.accounts_file().read_text())

    def test_a_dry_run_says_what_it_would_do_and_does_nothing(self, standing, db):
        before = load.loaded().pk, load.accounts_file().read_text()
        code, report, said = run("--households", "60", "--dry-run")
        assert (code, report["dry_run"], report["households"]) == (0, True, 60)
        assert f"将装入 60 户的演示区，替换现有的 {N} 户" in said
        code, report, said = run("--remove", "--dry-run")
        assert (code, report["removed"]) == (0, False)
        assert "将移除" in said
        assert before == (load.loaded().pk, load.accounts_file().read_text())

    def test_a_real_list_beside_the_demo_is_taken_with_a_warning(self, standing, db, tmp_path):
        with acting_as_system("test"):
            code = Household.objects.select_related("village")[0].village.code
        path = tmp_path / "list.csv"
        path.write_text(f"户编号,村代码\nX0001,{code}\n", "utf-8")
        err = StringIO()
        call_command("import_households", path, "--dry-run", stderr=err)
        assert "新增 1 户" in err.getvalue()
        assert "load_demo --remove" in err.getvalue()

    def test_a_lost_file_of_accounts_is_made_anew(self, standing, rf, db):
        file = load.accounts_file()
        old = file.read_text()
        file.unlink()
        code, _, said = run()
        new = file.read_text()
        file.write_text(old)  # the test's transaction takes the new password back
        assert code == 0
        assert new in said
        assert new != old
        assert authenticate(rf.get("/"), username="town", password=new.split()[1])


def test_another_demo_replaces_the_first_and_coming_back_gives_the_same(away, committed_db):
    run("--households", "60", "--seed", str(SEED))
    first = digest()
    # Somebody tried the demo: what she wrote with a key goes with her.
    with acting_as_system("test"), transaction.atomic():
        asked = {"key": uuid.uuid4(), "digest": b"", "at": timezone.now()}
        KeptAnswer.objects.create(member=Member.objects.first(), **asked)
        home = (
            Household.objects.select_related("village", "identity")
            .filter(village__isnull=False)
            .first()
        )
        steward = Member.objects.get(username="steward")
        said = {"village": home.village.code, "household_no": home.household_no}
        said |= {"applicant": home.identity.contact_name, "standing": "self", "proof": "示例"}
        with acting_as(steward.pk):
            request = file_request(
                kind="restriction",
                wish="示例",
                received_on=timezone.localdate(),
                by=steward,
                **said,
            )
            restrict(request=request, by=steward)
    code, report, _ = run("--households", "90")
    assert (code, report["households"], report["seed"]) == (0, 90, SEED)
    assert digest() != first
    assert ImportBatch.objects.get(kind="demo").counts["households"] == 90
    run("--households", "60")
    assert digest() == first
    code, report, _ = run("--remove")
    assert (code, report["removed"]) == (0, True)
    assert not Division.objects.exists()
    assert not Member.objects.exists()
    assert not load.accounts_file().exists()


def test_a_load_that_is_stopped_leaves_nothing_behind(away, committed_db, monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "write_decisions", stop)
    with pytest.raises(KeyboardInterrupt):
        load.load(households=60, seed=SEED, progress=lambda line: None)
    assert not Division.objects.exists()
    assert not Member.objects.exists()
    assert not load.accounts_file().exists()


class TestRefusals:
    """Exit code 1 and one Chinese sentence; nothing changed."""

    @pytest.fixture(autouse=True)
    def nothing_is_invented(self, away, monkeypatch):
        monkeypatch.setattr(load, "arrange", lambda *_: pytest.fail("it went on"))

    def refused(self, *arguments) -> str:
        code, report, said = run(*arguments)
        assert (code, report["ok"], report["code"]) == (1, False, "real_data_present")
        assert report["message"] in said
        return report["message"]

    def test_where_families_live(self, cast):
        assert "16 户正式的家庭" in self.refused()

    def test_where_one_real_family_lives_beside_the_demo(self, db):
        town = division("411003102", "尚集镇", division("411003", "建安区"))
        village = division("411003102201", "柳村", town)
        ImportBatch.objects.create(kind="demo", counts={"households": 20_000, "seed": 1})
        with acting_as_system("test"):
            household(village, "0001", None, uuid=f"{write.MARK}-aaaa-8aaa-8aaa-aaaaaaaaaaaa")
            load.accounts_file().touch()
            assert run()[0] == 0
            # As Python makes them for real ones, and by chance beginning like the demo's.
            household(village, "0002", None, uuid=f"{write.MARK}-aaaa-4aaa-8aaa-aaaaaaaaaaaa")
        for arguments in ((), ("--households", "90"), ("--remove",)):
            assert "1 户正式的家庭" in self.refused(*arguments)

    def test_where_a_county_has_its_own_divisions(self, db):
        division("411003", "建安区")
        assert "1 个正式区划" in self.refused()

    def test_where_somebody_has_imported_or_has_an_account(self, db):
        ImportBatch.objects.create(kind="demo", counts={"households": 20_000, "seed": 1})
        ImportBatch.objects.create(kind="divisions")
        member("clerk", Role.SYSADMIN, password="argon2$real")
        for arguments in (("--households", "90"), ("--remove",)):
            message = self.refused(*arguments)
            assert "1 次正式导入" in message
            assert "1 个正式账号" in message

    def test_an_account_made_before_the_demo_is_not_taken_over(self, db):
        member("sysadmin", Role.SYSADMIN)
        assert "1 个正式账号" in self.refused()

    @pytest.mark.parametrize("number", ["0", "1000001", "many", "-5"])
    def test_an_impossible_number_of_households_is_wrong_use(self, number):
        with pytest.raises(CommandError, match="户数应是"):
            call_command("load_demo", f"--households={number}")


@pytest.mark.usefixtures("standing")
class TestPeople:
    def test_some_families_have_people_who_are_plainly_invented(self, db):
        with acting_as_system("test"):
            people = list(Person.objects.all())
            care = list(PersonSensitive.objects.values_list("care", flat=True))
        assert len(people) == 3 * -(-N // 50) and len(care) == len(people) // 3
        assert all(one.name.startswith("示例") for one in people)
        assert all("虚构" in text for text in care)

    def test_inventions_have_no_past(self, db):
        with acting_as_system("test"):
            assert not IndexChange.objects.exists() and not IdentityChange.objects.exists()


def test_the_demo_goes_with_whoever_looked_at_it_and_nothing_else_does(away, committed_db):
    run("--households", str(N), "--seed", str(SEED))
    with transaction.atomic(), acting_as_system("test"):
        who = Member.objects.get(username="member")
        one = Person.objects.first()
        HouseholdIdentity.objects.filter(household=one.household_id).update(phone="1")
    with transaction.atomic(), acting_as(who.pk):
        log_access(by=who, action="read", tier="S3", kind="person", subject=one.uuid)
    real = ImportBatch.objects.create(kind="grids", filename="x")
    for subject in ("demo", "import"):
        with (
            pytest.raises(DatabaseError, match="are kept"),
            transaction.atomic(),
            acting_as_system(subject),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT sec.forget_demo()")
    real.delete()
    assert run("--remove")[0] == 0
    with transaction.atomic(), acting_as_system("test"):
        assert not AccessRecord.objects.exists() and not IdentityChange.objects.exists()
