"""What the routes of drafts and changes ask and answer, for OpenAPI."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as s

from households.api.territory_shapes import (
    BY_SLOT,
    KEY,
    DraftShape,
    GeometryShape,
    GridRowShape,
    MemberCard,
    PersonShape,
    PlanGaugesShape,
    ids,
    keys,
    points,
)


class DraftAsked(s.Serializer):
    division = s.CharField()
    title = s.CharField(required=False, help_text="最多 80 字")


class DoneStep(s.Serializer):
    number = s.IntegerField()
    title = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()
    notes = s.ListField(
        child=s.CharField(),
        help_text="为什么这样建议；当场做的一步，还有主责与家庭有亲属关系的提醒",
    )


class DraftDetail(s.Serializer):
    draft = DraftShape()
    steps = DoneStep(many=True)
    cursor = s.IntegerField()
    version = s.IntegerField()


class VersionAsked(s.Serializer):
    expected_version = s.IntegerField(help_text="您看到的草稿版本")


STEP = inline_serializer(
    "StepAsked",
    {
        "expected_version": s.IntegerField(help_text="您看到的草稿版本"),
        "kind": s.ChoiceField(
            ["assign", "support", "rename", "lock", "merge", "split_line",
             "split_freehand", "split_auto", "move_border", "rebalance", "suggest"]
        ),
        "keys": keys(required=False),
        "key": s.CharField(required=False, help_text=KEY),
        "village": s.CharField(required=False, help_text="split_auto、rebalance：整个村"),
        "lead": s.IntegerField(required=False, allow_null=True, help_text="assign"),
        "add": ids("support：增加的人员编号", required=False),
        "remove": ids("support：去掉的人员编号", required=False),
        "name": s.CharField(required=False, help_text="rename：1 到 80 个字"),
        "locked": s.BooleanField(required=False, help_text="lock"),
        "line": points("split_line：线", required=False),
        "ring": points("split_freehand、move_border：圈", required=False),
        "from": s.CharField(required=False, help_text="move_border：划出的网格"),
        "to": s.CharField(required=False, help_text="move_border：划入的网格"),
        "parts": s.IntegerField(required=False, help_text="split_auto：几个网格，1–60"),
        "target_h": s.FloatField(required=False, help_text="split_auto：每个网格小时每月"),
        "objective": s.ChoiceField(["balance", "compact", "together"], required=False),
        "seed": s.IntegerField(required=False, help_text="split_auto：同一个数得同一个结果"),
        "tol": s.FloatField(required=False, help_text="rebalance：允许的差，0.01–0.5"),
        "who": s.CharField(required=False, help_text="suggest：people"),
    },
)  # fmt: skip


class TakenShape(s.Serializer):
    draft = DraftShape()
    step = DoneStep()
    touched = GridRowShape(many=True, help_text="有关各村的网格")
    removed = keys()


class AlternativesAsked(s.Serializer):
    """One of key, keys and village; one of parts and target_h."""

    key = s.CharField(required=False, help_text=KEY)
    keys = keys(required=False)
    village = s.CharField(required=False)
    parts = s.IntegerField(required=False, help_text="几个网格，1–60")
    target_h = s.FloatField(required=False, help_text="每个网格小时每月")


class DesignOutline(s.Serializer):
    type = s.CharField()
    properties = s.DictField()
    geometry = GeometryShape()


class DesignOutlines(s.Serializer):
    type = s.CharField()
    features = DesignOutline(many=True)


class AlternativeShape(s.Serializer):
    objective = s.CharField()
    title = s.CharField()
    explanation = s.CharField()
    max_dev = s.FloatField(help_text="工作量与平均的最大偏差，0.1 为一成")
    pp_min = s.FloatField(help_text="最不紧凑的网格：4π × 面积 / 周长²")
    cut_clusters = s.IntegerField(help_text="分到不同网格的近邻户对")
    notes = s.ListField(child=s.CharField())
    outlines = DesignOutlines()


class AlternativesShape(s.Serializer):
    parts = s.IntegerField(help_text="网格数")
    alternatives = AlternativeShape(many=True)


class ShortGrid(s.Serializer):
    key = s.CharField(help_text=KEY)
    code = s.CharField(allow_blank=True)
    name = s.CharField()
    village = s.CharField()
    lead = s.IntegerField(allow_null=True)
    supports = ids("协同的人员编号")
    n = s.IntegerField(allow_null=True, help_text="户数")
    c = ids(BY_SLOT, allow_null=True)
    load_h = s.FloatField(allow_null=True, help_text="小时每月")
    target_households = s.IntegerField(allow_null=True, help_text="目标户数")


class KinShape(s.Serializer):
    key = s.CharField(help_text=KEY)
    member = s.IntegerField()
    n = s.IntegerField(help_text="有亲属关系的户数")
    note = s.CharField()


class GridPair(s.Serializer):
    before = ShortGrid(allow_null=True)
    after = ShortGrid(allow_null=True)


class MemberPair(PersonShape):
    before = MemberCard()
    after = MemberCard()


FAMILY = inline_serializer(
    "HandedFamily",
    {
        "uuid": s.UUIDField(),
        "household_no": s.CharField(),
        "slot": s.IntegerField(help_text="色位 0–5"),
        "from": s.CharField(allow_null=True, help_text="原主责"),
        "to": s.CharField(allow_null=True, help_text="新主责"),
    },
    many=True,
    allow_null=True,
)


class FamiliesShape(s.Serializer):
    n = s.IntegerField(help_text="换主责的户数")
    c = ids("按色位 0–5 的户数")
    page = s.IntegerField()
    list = FAMILY


class PlanPair(s.Serializer):
    before = PlanGaugesShape()
    after = PlanGaugesShape()


class PreviewShape(s.Serializer):
    draft = DraftShape()
    seen = s.CharField(help_text="发布时发回；家庭变动后发布会先请您再看")
    gauges = PlanPair()
    grids = GridPair(many=True)
    members = MemberPair(many=True)
    stale = keys()
    kin = KinShape(many=True, help_text="主责与家庭有亲属关系的网格，限于您可知的")
    families = FamiliesShape()


class PublishAsked(VersionAsked):
    on = s.DateField(required=False, allow_null=True, help_text="到期生效；不填为现在")
    resolve = s.DictField(
        required=False, child=s.ChoiceField(["mine", "theirs"]), help_text="{键： 用哪一种}"
    )
    seen = s.CharField(required=False, help_text="预览里的 seen")


class SummaryShape(s.Serializer):
    grids = s.IntegerField(help_text="改动的网格数")
    new = s.IntegerField(help_text="新网格数")
    closed = s.IntegerField(help_text="停用的网格数")
    households_moved = s.IntegerField(help_text="换网格的户数")


class ChangeShape(s.Serializer):
    id = s.IntegerField()
    title = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()
    undoes = s.IntegerField(allow_null=True, help_text="撤销的是哪次调整")
    summary = SummaryShape()


class PublishedShape(s.Serializer):
    draft = DraftShape()
    change = ChangeShape(allow_null=True, help_text="到期生效时为 null")
