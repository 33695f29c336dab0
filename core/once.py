"""`Idempotency-Key`: a write that is asked for twice is done once.

Whoever hears no answer cannot know whether she was heard, and asks again. The key goes into a table
in the transaction of the write itself: a crash leaves neither, and of two requests at a time the
second waits at the unique key until the first has ended. Then it gets the first one's answer, or,
should that one have failed, does the work. Refusals are rolled back and so are not kept.
"""

import hashlib
import uuid

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.crypto import salted_hmac

from core.errors import Conflict, Invalid, Malformed
from core.policy import refused, wants_json

HEADER = "Idempotency-Key"
WAIT_S = 10
# What may be kept in clear. Of the rest only that it is done: what was shown once is not shown again
# to somebody whose scope has ended meanwhile, nor without its line in the access log.
TIERS_KEPT = {"S0", "S1"}
_LOCK_NOT_AVAILABLE = "55P03"

# One round trip. A row without a status is the one just added: others' are seen when complete.
_CLAIM = """
    SET LOCAL lock_timeout = %(wait)s;
    INSERT INTO core_keptanswer (member_id, key, digest, at)
    VALUES (%(member)s, %(key)s, %(digest)s, now()) ON CONFLICT (member_id, key) DO NOTHING;
    SET LOCAL lock_timeout = DEFAULT;
    SELECT digest, status, answer FROM core_keptanswer
    WHERE member_id = %(member)s AND key = %(key)s
"""
_KEEP = """
    UPDATE core_keptanswer SET status = %(status)s, answer = %(answer)s
    WHERE member_id = %(member)s AND key = %(key)s
"""
_DROP = "DELETE FROM core_keptanswer WHERE member_id = %(member)s AND key = %(key)s"


class NotAKey(Malformed):
    message = f"{HEADER} 应当是一个 UUID。"


class KeyUsedOtherwise(Invalid):
    message = f"这个 {HEADER} 已经用在另一件事上，请换一个新的。"


class StillDoing(Conflict):
    message = "这一步正在办，请过几秒再试。"


class OnceMiddleware:
    """The innermost: it runs the view itself, in the transaction that ATOMIC_REQUESTS would open.

    As every middleware before it has let the request pass, it bypasses none.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        given = request.headers.get(HEADER)
        if given is None or not is_write(request):
            return None
        try:
            key = uuid.UUID(given)
        except ValueError:
            return refused(request, NotAKey())
        try:
            digest = _digest(request)
        except RequestDataTooBig:
            return None  # the view will say so
        except (SuspiciousOperation, MultiPartParserError):
            return refused(request, Malformed())
        about = {"member": request.user.pk, "key": key, "digest": digest}
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                first, status, answer = _claim(cursor, about)
                if bytes(first) != digest:
                    return refused(request, KeyUsedOtherwise())
                if status is not None:
                    return _again(status, answer)
                return _do(view(request, *args, **kwargs), request.rule, cursor, about)
        except StillDoing as error:
            return refused(request, error)


def is_write(request) -> bool:
    """Does the policy say that this changes something? A question too long for an address, whose
    answer is not logged either, does not."""
    rule = request.rule
    changes = request.method in ("POST", "PUT", "PATCH", "DELETE")
    return changes and rule is not None and rule.log != "none" and wants_json(request)


def _claim(cursor, about: dict) -> tuple:
    try:
        cursor.execute(_CLAIM, about | {"wait": f"{WAIT_S}s"})
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", None) == _LOCK_NOT_AVAILABLE:
            raise StillDoing from error
        raise
    return cursor.fetchone()


def _do(response, rule, cursor, about: dict):
    """Note what the view answered; a failure it has undone, and the note goes with it."""
    if hasattr(response, "render"):
        response.render()
    if transaction.get_rollback():
        return response
    if response.status_code >= 400:
        cursor.execute(_DROP, about)
        return response
    answer = response.content if rule.tier in TIERS_KEPT else None
    cursor.execute(_KEEP, about | {"status": response.status_code, "answer": answer})
    return response


def _again(status: int, answer: memoryview | None) -> HttpResponse:
    if status == 204:
        return HttpResponse(status=204)
    if answer is not None:
        return HttpResponse(bytes(answer), status=status, content_type="application/json")
    body = {"code": "already_done", "message": "这一步已经办好了，没有重复办。", "detail": {}}
    return JsonResponse(body, status=status)


def _digest(request) -> bytes:
    """Of all that is asked. Keyed, because a plain hash of a name and a number is soon guessed."""
    made = hashlib.sha256()

    def add(part: str | bytes) -> None:
        part = part.encode() if isinstance(part, str) else part
        made.update(len(part).to_bytes(8, "big") + part)

    add(request.method)
    add(request.get_full_path())
    if request.method == "POST" and request.content_type == "multipart/form-data":
        # Not the body as it came: its boundary is another each time.
        for name, values in sorted(request.POST.lists()):
            for value in (name, *values):
                add(value)
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                add(name)
                add(file.name)
                add(hashlib.file_digest(file, "sha256").digest())
                file.seek(0)
    else:
        add(request.body)
    return salted_hmac("core.once", made.digest(), algorithm="sha256").digest()
