"""What goes wrong is written down without what people wrote.

A database says in its errors which row it was (“Failing row contains (…)”), and others quote the
value that they could not read. So the text of an exception is cut to what says nothing of anybody,
here, where every log of ours passes, not where somebody would have to think of it.
"""

import logging
import re
import traceback

from django.db import Error as DjangoDatabaseError
from psycopg2 import Error as DatabaseError

# Names and places are Chinese, telephones and numbers long; our own words in errors are English.
_TOLD = re.compile(r"[^\x00-\x7f]+|\d{5,}")
_JOINTS = {
    "cause": "\nThe above exception was the direct cause of the following exception:\n\n",
    "context": "\nDuring handling of the above exception, another exception occurred:\n\n",
}


class Formatter(logging.Formatter):
    """Lines without values: of a database error its state, table and constraint, of others the text
    without Chinese and long numbers. No query, no parameters, no body."""

    def format(self, record):
        if isinstance(record.args, tuple):
            plain = tuple(said(a) if isinstance(a, BaseException) else a for a in record.args)
            record = logging.makeLogRecord(record.__dict__ | {"args": plain})
        # Another handler may have left its own text of the exception on the record.
        record.exc_text = None
        return super().format(record)

    def formatException(self, exc_info):
        return _told_with_cause(exc_info[1], set()).rstrip("\n")


def said(error: BaseException) -> str:
    """What may be written of an error: `IntegrityError: 23514 households_person name_is_there`."""
    name = type(error).__qualname__
    if isinstance(error, DatabaseError | DjangoDatabaseError):
        source = error if isinstance(error, DatabaseError) else error.__cause__
        diag = getattr(source, "diag", None)
        known = [getattr(diag, n, None) for n in ("sqlstate", "table_name", "constraint_name")]
        text = " ".join(part for part in known if part)
    else:
        text = " ".join(_TOLD.sub("…", str(error)).split("\n", 1)[0].split())
    return f"{name}: {text}" if text else name


def _told_with_cause(error: BaseException, seen: set[int]) -> str:
    """As Python prints it: where from, and what came before."""
    seen.add(id(error))
    before, joint = error.__cause__, "cause"
    if before is None and not error.__suppress_context__:
        before, joint = error.__context__, "context"
    text = ""
    if before is not None and id(before) not in seen:
        text = _told_with_cause(before, seen) + _JOINTS[joint]
    # Frames hold lines of our source, no values.
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{text}Traceback (most recent call last):\n{frames}{said(error)}\n"
