"""What all these models write alike."""

import uuid

from django.db import models


def random_uuid() -> dict:
    """By Python and, for rows that come in sets, by the database."""
    return {
        "default": uuid.uuid4,
        "db_default": models.Func(function="gen_random_uuid"),
        "unique": True,
        "editable": False,
    }


def part_of(whole: str, name: str, **more) -> models.ForeignKey:
    """Goes with it: the database sees to that, for what the app cannot see it cannot delete."""
    return models.ForeignKey(
        whole, models.DO_NOTHING, db_constraint=False, related_name=name, **more
    )
