"""What the answers look like, for the OpenAPI description."""

from rest_framework import serializers as s


class PlaceStep(s.Serializer):
    code = s.CharField()
    name = s.CharField()
    level = s.ChoiceField(["district", "town", "village", "grid"])


class FiguresShape(s.Serializer):
    state = s.ChoiceField(
        ["ok", "part", "empty", "denied"],
        help_text="ok 全部 · part 仅本人负责的网格 · empty 没有家庭 · denied 不在权限内",
    )
    n = s.IntegerField(allow_null=True, help_text="户数；-1 表示少于5户，不显示")
    c = s.ListField(
        child=s.IntegerField(),
        allow_null=True,
        help_text="按色位 0–5 的户数，0 为未评估；-1 表示少于5户，不显示",
    )
    lapsed = s.IntegerField(allow_null=True, help_text="曾定色、复核日期已过的户数")
    grids = s.IntegerField(help_text="网格数")
    led = s.IntegerField(help_text="已有主责执委的网格数")


class ChildShape(FiguresShape):
    code = s.CharField()
    name = s.CharField()
    level = s.CharField()
    bbox = s.ListField(child=s.FloatField(), allow_null=True)
    anchor = s.ListField(
        child=s.FloatField(), allow_null=True, help_text="名称写在哪里：经度、纬度"
    )
    lead = s.CharField(allow_null=True)


class AreaShape(s.Serializer):
    code = s.CharField()
    name = s.CharField()
    level = s.CharField()
    invented = s.BooleanField(help_text="边界为虚构")
    bbox = s.ListField(child=s.FloatField(), allow_null=True)
    path = PlaceStep(many=True)
    totals = FiguresShape()
    count = s.IntegerField()
    next = s.URLField(allow_null=True)
    children = ChildShape(many=True)


class HitShape(s.Serializer):
    kind = s.ChoiceField(["district", "town", "village", "grid", "household"])
    code = s.CharField()
    uuid = s.UUIDField(required=False)
    name = s.CharField()
    path = s.CharField()
    bbox = s.ListField(child=s.FloatField(), allow_null=True)


class SearchShape(s.Serializer):
    results = HitShape(many=True)
    more = s.BooleanField(help_text="还有更多结果没有列出")


class CodeName(s.Serializer):
    code = s.CharField()
    name = s.CharField()


class PointShape(s.Serializer):
    lon = s.FloatField()
    lat = s.FloatField()


class ColourShape(s.Serializer):
    slot = s.IntegerField()
    name = s.CharField()
    letter = s.CharField()
    shape = s.CharField()
    action = s.CharField()
    reason = s.CharField(allow_null=True)
    help_offered = s.CharField()
    decided_by = s.CharField()
    decided_on = s.DateField()
    review_on = s.DateField()


class ProposalShape(s.Serializer):
    slot = s.IntegerField()
    name = s.CharField()
    reason = s.CharField(allow_null=True)
    help_offered = s.CharField()
    proposed_by = s.CharField(allow_null=True)
    proposed_on = s.DateField()


class IdentityShape(s.Serializer):
    contact_name = s.CharField(help_text="已遮盖")
    phone = s.CharField(help_text="已遮盖")
    address = s.CharField(help_text="已遮盖")
    members = s.IntegerField(allow_null=True)


class CardShape(s.Serializer):
    uuid = s.UUIDField()
    household_no = s.CharField()
    village = CodeName()
    grid = CodeName(allow_null=True)
    lead = s.DictField(child=s.CharField(), allow_null=True)
    point = PointShape(allow_null=True)
    slot = s.IntegerField()
    lapsed = s.BooleanField()
    colour = ColourShape(allow_null=True)
    proposal = ProposalShape(allow_null=True)
    identity = IdentityShape(allow_null=True)


class MeGrid(CodeName):
    bbox = s.ListField(child=s.FloatField())
    figures = FiguresShape()


class MeShape(s.Serializer):
    id = s.IntegerField()
    name = s.CharField()
    role = s.CharField()
    role_label = s.CharField()
    area = PlaceStep(allow_null=True)
    grids = MeGrid(many=True)
    may = s.ListField(child=s.CharField(), help_text="本岗位可用的功能(路由名)")


class VersionShape(s.Serializer):
    version = s.CharField()


class ClassShape(s.Serializer):
    slot = s.IntegerField()
    name = s.CharField()
    letter = s.CharField()
    shape = s.CharField()
    action = s.CharField()
    cadence_days = s.IntegerField()
    review_days = s.IntegerField()
    reasons = s.ListField(child=s.CharField())


class SchemeShape(s.Serializer):
    name = s.CharField()
    version = s.IntegerField()
    county = s.CharField()
    classes = ClassShape(many=True)


class ImportShape(s.Serializer):
    file = s.FileField(help_text="导出的 xlsx、GeoPackage 或 GeoJSON，改过以后")
    expected_version = s.IntegerField(help_text="看到的草稿版本")


class StepShape(s.Serializer):
    number = s.IntegerField()
    title = s.CharField()
    by = s.CharField()
    at = s.DateTimeField()
    notes = s.ListField(child=s.CharField())


class ImportedShape(s.Serializer):
    draft = s.DictField()
    step = StepShape(allow_null=True, help_text="空：和现在一样，没有改动")
    touched = s.ListField(child=s.DictField(), help_text="有关各村的网格，同 territory")
    removed = s.ListField(child=s.CharField())
    message = s.CharField()
    notes = s.ListField(child=s.CharField(), help_text="没有用到的列等")
