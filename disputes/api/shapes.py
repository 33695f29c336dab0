"""What is asked and what is answered."""

from rest_framework import serializers as s

from accounts.models import Body
from disputes.machine import REFERRAL
from disputes.models import Dispute, Party, Referral, Session, VictimWord
from disputes.referring import FIELDS

TEXT_LONGEST = 4000
STEPS = ["mediate", "settle", "end", "follow_up", "again", "archive"]


class PartyAsked(s.Serializer):
    person = s.UUIDField(required=False, allow_null=True, help_text="家里的哪个人；不填则不记姓名")
    part = s.ChoiceField(Party.As.choices)


class ViolenceAsked(s.Serializer):
    needs_protection = s.BooleanField(help_text="有未成年人或者不能自己作主的成年人")
    reported_on = s.DateField(required=False, allow_null=True, help_text="哪天报告公安机关的")
    why_not_reported = s.CharField(
        max_length=TEXT_LONGEST, required=False, allow_blank=True, default=""
    )


class DisputeAsked(s.Serializer):
    household = s.UUIDField(required=False, allow_null=True)
    village = s.CharField(required=False, allow_null=True, help_text="不是某一户的：村代码")
    lon = s.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)
    lat = s.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    kind = s.ChoiceField(Dispute.Kind.choices)
    severity = s.ChoiceField(Dispute.Severity.choices)
    source = s.ChoiceField(Dispute.Source.choices)
    text = s.CharField(max_length=TEXT_LONGEST, help_text="经过")
    parties = PartyAsked(many=True, required=False)
    anyway = s.BooleanField(required=False, default=False, help_text="确认不是同一件事")
    violence = ViolenceAsked(required=False, allow_null=True, help_text="有人受到伤害或者威胁")


class FoundShape(s.Serializer):
    message = s.CharField()
    uuid = s.UUIDField(allow_null=True, help_text="交给个案工作者的不再给出")
    number = s.CharField(allow_null=True)


class DisputeRow(s.Serializer):
    uuid = s.UUIDField()
    number = s.CharField()
    kind = s.CharField()
    kind_label = s.CharField()
    severity = s.IntegerField()
    severity_label = s.CharField()
    state = s.CharField()
    state_label = s.CharField()
    village = s.CharField(allow_null=True)
    household = s.UUIDField(allow_null=True)
    household_no = s.CharField(allow_null=True)
    found_on = s.DateField()
    due_on = s.DateField(allow_null=True)
    late = s.BooleanField()
    supervised = s.BooleanField()


class PartyShape(s.Serializer):
    uuid = s.UUIDField()
    part = s.CharField()
    name = s.CharField(allow_null=True, help_text="已遮盖")


class SatShape(s.Serializer):
    held_on = s.DateField()
    led_by = s.CharField()
    bodies = s.ListField(child=s.CharField())
    result = s.CharField()


class StepTakenShape(s.Serializer):
    step = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()


class ReferralRow(s.Serializer):
    uuid = s.UUIDField()
    body = s.CharField()
    body_label = s.CharField()
    place = s.CharField()
    joint = s.BooleanField()
    basis = s.CharField()
    state = s.CharField()
    state_label = s.CharField()
    rejection = s.CharField()
    sent_at = s.DateTimeField()
    received_at = s.DateTimeField(allow_null=True)
    answered_at = s.DateTimeField(allow_null=True)
    done_at = s.DateTimeField(allow_null=True)
    due_on = s.DateField(allow_null=True)
    late = s.BooleanField()


class DisputePoint(s.Serializer):
    lon = s.FloatField()
    lat = s.FloatField()


class DisputeShape(DisputeRow):
    supervised_until = s.DateField(allow_null=True)
    source_label = s.CharField()
    violence = s.BooleanField()
    point = DisputePoint(allow_null=True)
    parties = PartyShape(many=True)
    sessions = SatShape(many=True)
    steps = StepTakenShape(many=True)
    referrals = ReferralRow(many=True)
    open = s.ListField(child=s.CharField(), help_text="您现在能办的下一步")


class SaidShape(s.Serializer):
    kind = s.CharField()
    text = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()


class DisputeStepAsked(s.Serializer):
    step = s.ChoiceField(STEPS)
    text = s.CharField(max_length=TEXT_LONGEST, required=False, allow_blank=True, default="")
    told = s.BooleanField(required=False, default=False, help_text="已经告知其他途径")


class SessionAsked(s.Serializer):
    held_on = s.DateField()
    bodies = s.MultipleChoiceField(choices=Body.choices, default=list, help_text="一起调解的单位")
    result = s.ChoiceField(Session.Result.choices)
    text = s.CharField(max_length=TEXT_LONGEST, required=False, allow_blank=True, default="")


class WordAsked(s.Serializer):
    of = s.ChoiceField(VictimWord.Of.choices)
    agrees = s.BooleanField()
    party = s.UUIDField(default=None, allow_null=True, help_text="当事人是哪一方")
    how = s.ChoiceField(VictimWord.How.choices, default="", allow_blank=True)
    said_on = s.DateField(default=None, allow_null=True)


class SupervisionAsked(s.Serializer):
    due_on = s.DateField(help_text="最晚哪天办结")


class ReferralAsked(s.Serializer):
    body = s.ChoiceField(Body.choices)
    division = s.CharField(help_text="单位在哪里：区划代码")
    joint = s.BooleanField(help_text="联合调解")
    consent_of = s.UUIDField(required=False, allow_null=True, help_text="哪一方同意")
    consent_on = s.DateField(required=False, allow_null=True)
    consent_how = s.ChoiceField(Referral.How.choices, required=False, allow_blank=True, default="")
    duty = s.ChoiceField(Referral.Duty.choices, required=False, allow_blank=True, default="")
    fields_shown = s.MultipleChoiceField(choices=list(FIELDS.items()), help_text="给对方看的内容")
    asks = s.CharField(max_length=TEXT_LONGEST, help_text="请对方做什么")


class ReplyShape(s.Serializer):
    text = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()


class ReferralShape(ReferralRow):
    packet = s.DictField(allow_null=True, help_text="选定的内容；过期以后没有")
    expires_on = s.DateField(allow_null=True)
    replies = ReplyShape(many=True)
    open = s.ListField(child=s.CharField())


class ReferralStepAsked(s.Serializer):
    step = s.ChoiceField([step for step in REFERRAL.steps if step != "send"])
    reason = s.ChoiceField(Referral.Rejection.choices, required=False, allow_blank=True, default="")
    text = s.CharField(max_length=TEXT_LONGEST, required=False, allow_blank=True, default="")


class DoneShape(s.Serializer):
    message = s.CharField()
