"""`Idempotency-Key`: asked for twice, done once; by two requests at a time and over a crash as well."""

import hashlib
import json
import threading
import uuid
from time import monotonic, sleep

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, connections, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern

from accounts.models import Role
from cases.models import Concern
from core import once
from core.models import KeptAnswer
from core.policy import policy
from core.scope import acting_as, acting_as_system
from households import people
from households.models import Claim, Person
from tests.factories import build_cast

KEY = "0f8b5a6e-4d1c-4a55-9a35-6a4b7f1d2c3e"
WHO = {"name": "示例金丝雀", "relation": "child", "birth_year": 2016, "phone": "00098765"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


def send(client, path, body, key=KEY, method="post"):
    headers = {"Idempotency-Key": str(key)} if key else {}
    call = getattr(client, method)
    return call(f"/api/{path}", body, content_type="application/json", headers=headers)


def claim(cast, home=0):
    return {"household": str(cast.homes["liu1"][home].uuid), "member": cast.lan.pk}


def people_of(cast, home=0):
    return f"households/{cast.homes['liu1'][home].uuid}/people/"


def count(model):
    with transaction.atomic(), acting_as_system("test"):
        return model.objects.count()


def test_the_same_key_gets_the_first_answer_and_writes_nothing_twice(signed_in, cast):
    client = signed_in(cast.chair)
    division = {"division": cast.liu.code}
    first = send(client, "drafts/", division)
    again = send(client, "drafts/", division)
    assert (
        (first.status_code, first.content)
        == (201, again.content)
        == (again.status_code, first.content)
    )
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert send(client, "claims/", claim(cast), uuid.uuid4()).status_code == 201
    assert count(Claim) == 1 and count(KeptAnswer) == 2


def test_what_may_not_be_kept_in_clear_is_not_kept_at_all(signed_in, cast):
    client = signed_in(cast.lan)
    first = send(client, people_of(cast), WHO)
    again = send(client, people_of(cast), WHO)
    assert first.status_code == again.status_code == 201
    assert first.json()["relation"] and again.json()["code"] == "already_done"
    assert count(Person) == 1
    with acting_as_system("test"), connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k) FROM core_keptanswer AS k")
        row = json.loads(cursor.fetchone()[0])
    assert (row.pop("status"), row.pop("answer"), row.pop("key")) == (201, None, KEY)
    # Neither where to nor what: the digest takes a secret to guess at.
    assert set(row) == {"id", "member_id", "digest", "at"}
    guess = hashlib.sha256(json.dumps(WHO).encode()).hexdigest()
    assert len(row["digest"]) == len("\\x") + 64 and guess not in row["digest"]


def test_a_second_look_with_the_same_key_shows_nothing(signed_in, cast):
    """Or a look would be had without its line in the log, or after her scope has ended."""
    client = signed_in(cast.lan)
    path = f"households/{cast.homes['liu1'][0].uuid}/reveal/"
    ask = {"group": "contact", "reason": "电话联系走访"}
    assert "示例户主" in send(client, path, ask).content.decode()
    again = send(client, path, ask)
    assert again.json() == {
        "code": "already_done",
        "message": "这一步已经办好了，没有重复办。",
        "detail": {},
    }


def test_what_has_no_answer_has_none_again(signed_in, cast):
    with acting_as_system("test"):
        one = Person.objects.create(household=cast.homes["liu1"][0], **WHO)
    client = signed_in(cast.lan)
    for _ in range(2):
        done = send(client, f"people/{one.uuid}/", {"reason": "登记错了人"}, method="delete")
        assert (done.status_code, done.content) == (204, b"")


@pytest.mark.parametrize("other", ["body", "path", "method"])
def test_the_key_of_another_matter_is_refused_with_a_sentence(signed_in, cast, other):
    client = signed_in(cast.lan)
    send(client, people_of(cast), WHO)
    if other == "body":
        said = send(client, people_of(cast), WHO | {"name": "示例"})
    elif other == "path":
        said = send(client, people_of(cast, 1), WHO)
    else:
        with acting_as_system("test"):
            uuid_ = Person.objects.get().uuid
        said = send(client, f"people/{uuid_}/", WHO, method="patch")
    assert said.status_code == 422 and said.json()["code"] == "key_used_otherwise"
    assert said.json()["message"].endswith("请换一个新的。")
    assert count(Person) == 1


def test_what_is_no_key_is_refused_and_nothing_is_written(signed_in, cast):
    for key in ("1", "x" * 3000, "示例".encode().decode("latin-1")):
        said = send(signed_in(cast.lan), "claims/", claim(cast), key)
        assert (said.status_code, said.json()["code"]) == (400, "not_a_key")
    assert count(Claim) == count(KeptAnswer) == 0


def test_a_refusal_is_not_kept_so_that_the_same_key_may_do_it_later(signed_in, cast):
    client = signed_in(cast.lan)
    bad = WHO | {"birth_year": 1500}
    assert send(client, people_of(cast), bad).status_code == 400
    assert count(KeptAnswer) == 0
    assert send(client, people_of(cast), WHO).status_code == 201
    assert count(Person) == count(KeptAnswer) == 1


def test_a_question_keeps_no_answer(signed_in, cast):
    client = signed_in(cast.lan)
    shape = {"division": cast.liu.code, "shape": {"type": "Point", "coordinates": [113.83, 34.01]}}
    send(client, "grids/select/", shape)
    assert send(client, "households/", {}, method="get").status_code == 200
    assert count(KeptAnswer) == 0


def test_another_members_same_key_is_hers(signed_in, cast):
    mine = send(signed_in(cast.lan), people_of(cast), WHO)
    hers = send(signed_in(cast.head), people_of(cast), WHO)
    assert mine.status_code == hers.status_code == 201
    assert "code" not in hers.json() and count(Person) == count(KeptAnswer) == 2
    with acting_as(cast.mei.pk):
        assert not KeptAnswer.objects.exists()
    with acting_as(cast.head.pk):
        assert KeptAnswer.objects.get().member_id == cast.head.pk
        with pytest.raises(DatabaseError), transaction.atomic():
            row = KeptAnswer.objects.get()
            KeptAnswer.objects.filter(pk=row.pk).update(member=cast.lan)


def test_nobody_lays_an_answer_under_anothers_key(cast):
    """By a statement that reads nothing back, for which the row would have to be hers."""
    with (
        acting_as(cast.mei.pk),
        connection.cursor() as cursor,
        pytest.raises(ProgrammingError, match="row-level security"),
    ):
        cursor.execute(
            "INSERT INTO core_keptanswer (member_id, key, digest, at) VALUES (%s, %s, '', now())",
            [cast.lan.pk, KEY],
        )


def test_whoever_may_not_gets_no_answer_of_before(signed_in, cast):
    """The policy stands before the key."""
    client = signed_in(cast.lan)
    assert send(client, people_of(cast), WHO).status_code == 201
    with acting_as_system("test"):
        cast.lan.role = Role.AUDITOR
        cast.lan.save(update_fields=["role"])
    assert send(client, people_of(cast), WHO).status_code == 403
    client.logout()
    assert send(client, people_of(cast), WHO).status_code == 401


def test_a_page_of_another_site_writes_nothing(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.lan, backend=BACKEND)
    assert send(client, people_of(cast), WHO).status_code == 403
    assert count(Person) == count(KeptAnswer) == 0


def test_after_a_day_the_key_is_new_and_everybodys_old_answers_are_gone(signed_in, cast):
    send(signed_in(cast.lan), people_of(cast), WHO)
    send(signed_in(cast.head), people_of(cast), WHO)
    with acting_as_system("test"), connection.cursor() as cursor:
        cursor.execute("UPDATE core_keptanswer SET at = at - interval '24 hours 1 second'")
    assert "code" not in send(signed_in(cast.lan), people_of(cast), WHO).json()
    assert count(Person) == 3
    with acting_as_system("test"):
        assert [row.member_id for row in KeptAnswer.objects.all()] == [cast.lan.pk]


def test_an_answer_of_less_than_a_day_stays(signed_in, cast):
    send(signed_in(cast.head), people_of(cast), WHO)
    with acting_as_system("test"), connection.cursor() as cursor:
        cursor.execute("UPDATE core_keptanswer SET at = at - interval '23 hours 59 minutes'")
    send(signed_in(cast.lan), people_of(cast), WHO)
    assert send(signed_in(cast.head), people_of(cast), WHO).json()["code"] == "already_done"


def test_a_file_is_the_same_file_whatever_separates_its_parts(signed_in, cast, rf):
    """A browser draws a new boundary for every attempt; the view reads the file from its start."""

    def digest(content, field="1", boundary="a"):
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="v"\r\n\r\n{field}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n'
            f"{content}\r\n--{boundary}--\r\n"
        )
        request = rf.post(
            "/api/x/", body.encode(), content_type=f"multipart/form-data; boundary={boundary}"
        )
        found = once._digest(request)
        assert request.FILES["file"].read() == content.encode()
        return found

    assert digest("rows") == digest("rows", boundary="b")
    assert len({digest("rows"), digest("rows2"), digest("rows", "2")}) == 3


def test_an_uploaded_file_with_a_key_reaches_its_view(signed_in, cast):
    client = signed_in(cast.chair)
    draft = send(client, "drafts/", {"division": cast.liu.code}, uuid.uuid4()).json()
    form = {
        "expected_version": draft["version"],
        "file": SimpleUploadedFile(
            "x.geojson", json.dumps({"type": "FeatureCollection", "features": []}).encode()
        ),
    }
    path = f"/api/drafts/{draft['id']}/import/"
    said = client.post(path, form, headers={"Idempotency-Key": KEY})
    form["file"].seek(0)
    assert (said.status_code, said.content) == (
        (plain := client.post(path, form)).status_code,
        plain.content,
    )


def patterns(resolver, before=""):
    """Every route with its whole path."""
    for one in resolver.url_patterns:
        at = before + str(one.pattern).removeprefix("^")
        yield from [(one, at)] if isinstance(one, URLPattern) else patterns(one, at)


def test_every_write_of_the_interface_acts_as_somebody():
    """Row security must know whose key it is; and what writes is logged, which is how once.py knows it."""
    api = {pattern.name for pattern, at in patterns(get_resolver()) if at.startswith("api/")}
    writes = {at: rule for at, rule in policy().items() if at[1] != "GET" and at[0] in api}
    assert len(writes) > 30
    assert all(
        rule.scope == "own" and not rule.public for rule in writes.values() if rule.log != "none"
    )
    questions = {at[0] for at, rule in writes.items() if rule.log == "none"}
    # `session` says that somebody is there, however often.
    assert questions == {"grid-select", "grid-figures", "draft-alternatives", "session"}


# With transactions that really end.


@pytest.fixture
def real(committed_db):
    with transaction.atomic(), acting_as_system("test"):
        return build_cast()


def in_thread(results, name, who, path, body):
    def work():
        try:
            client = Client(raise_request_exception=False)
            client.force_login(who, backend=BACKEND)
            results[name] = send(client, path, body)
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def until_somebody_waits():
    """For a lock: another session's transaction or row."""
    until = monotonic() + 8
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
                " AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
            )
            if cursor.fetchone()[0]:
                return
        assert monotonic() < until, "nobody waits"
        sleep(0.02)


@pytest.fixture
def held(monkeypatch):
    """`add_person` that waits inside its transaction: `entered`, `go`, and what it does then."""
    entered, go, calls, then = threading.Event(), threading.Event(), [], [None]
    add = people.add_person

    def slow(**kwargs):
        calls.append(kwargs)
        person = add(**kwargs)
        if len(calls) == 1:
            entered.set()
            assert go.wait(15)
            if then[0]:
                then[0]()
        return person

    monkeypatch.setattr(people, "add_person", slow)
    return entered, go, calls, then


def test_of_two_requests_at_once_one_writes_and_both_are_answered(real, held):
    entered, go, calls, _ = held
    results = {}
    first = in_thread(results, "first", real.lan, people_of(real), WHO)
    assert entered.wait(10)
    second = in_thread(results, "second", real.lan, people_of(real), WHO)
    until_somebody_waits()
    go.set()
    first.join(15), second.join(15)
    assert len(calls) == 1 and count(Person) == 1
    assert {name: r.status_code for name, r in results.items()} == {"first": 201, "second": 201}
    assert results["second"].json()["code"] == "already_done"


def test_when_the_first_fails_the_one_that_waited_does_the_work(real, held):
    entered, go, calls, then = held

    def fail():
        raise RuntimeError("broke")

    then[0] = fail
    results = {}
    first = in_thread(results, "first", real.lan, people_of(real), WHO)
    assert entered.wait(10)
    second = in_thread(results, "second", real.lan, people_of(real), WHO)
    until_somebody_waits()
    go.set()
    first.join(15), second.join(15)
    assert {name: r.status_code for name, r in results.items()} == {"first": 500, "second": 201}
    assert len(calls) == 2 and count(Person) == count(KeptAnswer) == 1


def test_whoever_waits_too_long_is_told_and_has_written_nothing(real, held, monkeypatch):
    monkeypatch.setattr(once, "WAIT_S", 0.2)
    entered, go, _, _ = held
    results = {}
    first = in_thread(results, "first", real.lan, people_of(real), WHO)
    assert entered.wait(10)
    in_thread(results, "second", real.lan, people_of(real), WHO).join(15)
    go.set()
    first.join(15)
    assert results["second"].status_code == 409
    assert results["second"].json()["code"] == "still_doing"
    assert results["first"].status_code == 201 and count(Person) == 1


def test_a_crash_in_the_middle_leaves_neither_and_the_same_key_does_it_then(real, held):
    entered, go, _, then = held

    def die():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    then[0] = die
    go.set()
    results = {}
    in_thread(results, "crash", real.lan, people_of(real), WHO).join(15)
    assert entered.is_set() and results["crash"].status_code in (500, 503)
    assert count(Person) == count(KeptAnswer) == 0
    in_thread(results, "then", real.lan, people_of(real), WHO).join(15)
    assert results["then"].status_code == 201
    assert count(Person) == count(KeptAnswer) == 1


def test_what_is_handed_in_with_a_worry_is_handed_in_once(real):
    results = {}
    body = {"household": str(real.homes["liu1"][0].uuid), "text": "夜里常有哭声"}
    for name in ("first", "again"):
        in_thread(results, name, real.lan, "concerns/", body).join(15)
    assert results["first"].status_code == results["again"].status_code
    assert results["first"].status_code < 300 and count(Concern) == 1
    with transaction.atomic(), acting_as_system("test"):
        assert KeptAnswer.objects.get().answer is None
