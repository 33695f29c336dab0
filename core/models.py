"""What the plumbing itself keeps."""

from django.conf import settings
from django.db import models


class KeptAnswer(models.Model):
    """What a write was answered, so that asked once more it is not done once more (core/once.py).

    No address and no body: both may say what a table of this tier must not. A trigger takes away
    what is older than a day.
    """

    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.UUIDField()
    digest = models.BinaryField(max_length=32)
    # Both are written before the transaction ends: who sees a row of another one sees them.
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "key"], name="one_answer_a_key"),
        ]

    def __str__(self):
        return str(self.key)
