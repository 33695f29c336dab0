"""What the routes of grids, members, claims and the past ask and answer, for OpenAPI."""

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers as s

from grids.models import Draft
from households.api.shapes import CodeName

KEY = "网格在本草稿中的键：g12 为现有网格，n3 为草稿新划的网格"
BY_SLOT = "按色位 0–5 的户数，0 为未评估；无权知道颜色时为 null"
GAUGE = "ok 合适 · warn 稍差 · bad 不合适"


def keys(**more) -> s.ListField:
    return s.ListField(child=s.CharField(), help_text=KEY, **more)


def points(what: str, **more) -> s.ListField:
    pair = s.ListField(child=s.FloatField(), min_length=2, max_length=2)
    return s.ListField(child=pair, help_text=f"{what}：[[经度, 纬度], …]，WGS84，单位度", **more)


def ids(what: str, **more) -> s.ListField:
    return s.ListField(child=s.IntegerField(), help_text=what, **more)


class PersonShape(s.Serializer):
    id = s.IntegerField()
    name = s.CharField()


class DraftShape(s.Serializer):
    id = s.IntegerField()
    title = s.CharField()
    division = s.CharField(help_text="所属乡镇或村的区划代码")
    state = s.ChoiceField(Draft.State.choices)
    version = s.IntegerField(help_text="每次改动加一；下一次请求作为 expected_version 发回")
    cursor = s.IntegerField(help_text="最后一个有效步骤的序号")
    effective_on = s.DateField(allow_null=True, help_text="到期生效的日期")
    updated_at = s.DateTimeField()


class ListedDraftShape(DraftShape):
    created_by = s.CharField(help_text="建草稿的人")


class GaugesShape(s.Serializer):
    area = s.CharField(help_text=f"区域性：{GAUGE}")
    whole = s.CharField(help_text=f"整体性：{GAUGE}")
    load = s.CharField(allow_null=True, help_text=f"适度性：{GAUGE}")
    compactness = s.FloatField(help_text="4π × 面积 / 周长²，0–1，无单位")
    hull = s.FloatField(help_text="占凸包面积的份额，0–1")
    across_m = s.IntegerField(help_text="走到最远处，米")
    settlements_cut = s.IntegerField(allow_null=True, help_text="被切开的聚居点个数")
    notes = s.ListField(child=s.CharField(), help_text="每个不合适的方面一句话")


class GridRowShape(s.Serializer):
    key = s.CharField(help_text=KEY)
    code = s.CharField(allow_blank=True, help_text="15 位网格编码；新网格发布后才有")
    name = s.CharField()
    village = s.CharField(help_text="12 位村代码")
    lead = s.IntegerField(allow_null=True, help_text="主责的人员编号")
    supports = ids("协同的人员编号")
    cover = s.IntegerField(allow_null=True, help_text="代管的人员编号")
    n = s.IntegerField(allow_null=True, help_text="户数；-1 表示少于 5 户")
    c = ids(BY_SLOT, allow_null=True)
    visits_h = s.FloatField(allow_null=True, help_text="走访，小时每月")
    walk_h = s.FloatField(allow_null=True, help_text="路上，小时每月")
    load_h = s.FloatField(allow_null=True, help_text="工作量，小时每月")
    target = s.ListField(
        child=s.FloatField(), allow_null=True, help_text="合适的工作量从多少到多少，小时每月"
    )
    target_households = s.IntegerField(allow_null=True, help_text="目标户数")
    gauges = GaugesShape()
    colour_index = s.IntegerField(allow_null=True, help_text="主责不同的相邻网格数不同")
    locked = s.BooleanField()
    changed = s.BooleanField(help_text="草稿改动了它")
    base_changed = s.BooleanField(help_text="草稿做好以后它又变了")


class TotalShape(s.Serializer):
    n = s.IntegerField(help_text="户数")
    c = ids("按色位 0–5 的户数")
    load_h = s.FloatField(help_text="工作量，小时每月")


class MemberCard(TotalShape):
    grids = keys()
    supports = keys()
    distance_m = s.IntegerField(
        required=False, allow_null=True, help_text="从住处到各户的平均路程，米"
    )


class MemberShape(MemberCard):
    id = s.IntegerField()
    name = s.CharField()
    role = s.CharField()
    village = s.CharField(allow_null=True, help_text="任职村的 12 位代码")
    leave = s.DateField(allow_null=True, help_text="请假到哪一天")
    home = s.ListField(
        child=s.FloatField(), allow_null=True, help_text="住处：经度、纬度；无权知道时为 null"
    )
    claims = s.IntegerField(help_text="认领的户数")


class PlanGaugesShape(s.Serializer):
    area = s.DictField(child=s.IntegerField(), required=False, help_text=f"各多少个网格：{GAUGE}")
    whole = s.DictField(child=s.IntegerField(), required=False)
    load = s.DictField(child=s.IntegerField(), required=False)
    across_m = s.IntegerField(required=False, help_text="最大，米")
    compactness = s.FloatField(required=False, help_text="平均，0–1")
    compactness_min = s.FloatField(required=False)
    hull = s.FloatField(required=False, help_text="平均，0–1")
    hull_min = s.FloatField(required=False)
    settlements = s.IntegerField(required=False, allow_null=True, help_text="聚居点个数")
    settlements_cut = s.IntegerField(required=False, allow_null=True)
    settlements_divided = s.IntegerField(required=False, allow_null=True)


class TerritoryTotals(s.Serializer):
    grids = s.IntegerField(help_text="网格数")
    led = s.IntegerField(help_text="已有主责的网格数")
    n = s.IntegerField(help_text="户数")
    load_h = s.FloatField(help_text="工作量，小时每月")
    gauges = PlanGaugesShape()


class DivisionShape(CodeName):
    level = s.CharField()


class TerritoryShape(s.Serializer):
    division = DivisionShape()
    editable = s.BooleanField()
    draft = DraftShape(allow_null=True)
    grids = GridRowShape(many=True)
    members = MemberShape(many=True)
    unassigned = keys()
    totals = TerritoryTotals()


class GeometryShape(s.Serializer):
    type = s.CharField()
    coordinates = s.ListField(help_text="经度、纬度，WGS84，6 位小数")


class OutlineShape(s.Serializer):
    type = s.CharField()
    id = s.CharField(help_text=KEY)
    geometry = GeometryShape()
    properties = s.DictField()


class OutlinesShape(s.Serializer):
    type = s.CharField()
    features = OutlineShape(many=True)


class PastGrid(CodeName):
    lead = s.CharField(allow_null=True, help_text="当天主责的姓名")
    lead_id = s.IntegerField(allow_null=True)
    cover = s.CharField(allow_null=True, help_text="当天代管的姓名")
    changed = s.BooleanField(help_text="当天有变动")


class PastOutline(OutlineShape):
    properties = PastGrid()


class PastShape(s.Serializer):
    type = s.CharField()
    on = s.DateField()
    features = PastOutline(many=True)


TERRITORY = PolymorphicProxySerializer(
    component_name="TerritoryOrPast",
    serializers=[TerritoryShape, PastShape],
    resource_type_field_name=None,
)


class DayShape(s.Serializer):
    on = s.DateField()
    drawn = s.IntegerField(help_text="新划了几个网格")
    closed = s.IntegerField(help_text="停用了几个")
    redrawn = s.IntegerField(help_text="几个改了边界或名称")
    people = s.IntegerField(help_text="几个换了负责的人")


class DaysShape(s.Serializer):
    days = DayShape(many=True, help_text="有变动的日子，从早到晚")


class SelectAsked(s.Serializer):
    """One of polygon, box, point and village."""

    division = s.CharField(help_text="在哪个区划里选")
    draft = s.IntegerField(required=False)
    polygon = points("圈", required=False)
    box = s.ListField(child=s.FloatField(), required=False, help_text="西、南、东、北，度")
    point = s.ListField(child=s.FloatField(), required=False, help_text="经度、纬度，度")
    village = s.CharField(required=False, help_text="整个村的 12 位代码")


class KeysShape(s.Serializer):
    keys = keys()


class FiguresAsked(s.Serializer):
    division = s.CharField()
    draft = s.IntegerField(required=False)
    keys = keys()
    member = s.IntegerField(required=False, help_text="如果这些网格归她")


class FiguresAnswer(s.Serializer):
    chosen = TotalShape()
    before = MemberCard(required=False)
    after = MemberCard(required=False)


class LeadAsked(s.Serializer):
    lead = s.IntegerField(allow_null=True)
    expected_lead = s.IntegerField(allow_null=True, help_text="您看到的主责")


class SupportAsked(s.Serializer):
    add = ids("增加的人员编号")
    remove = ids("去掉的人员编号")
    expected = ids("您看到的协同")


class PeopleShape(s.Serializer):
    code = s.CharField()
    version = s.IntegerField()
    lead = PersonShape(allow_null=True)
    supports = PersonShape(many=True)
    covers = PersonShape(many=True)
    notes = s.ListField(child=s.CharField(), help_text="主责与家庭有亲属关系的提醒")


class AnsweredShape(s.Serializer):
    on = s.DateField(help_text="哪一天，以当天结束时为准")
    grid = CodeName(allow_null=True)
    leads = PersonShape(many=True)
    supports = PersonShape(many=True)
    covers = PersonShape(many=True)
    claims = PersonShape(many=True)


class LineageShape(CodeName):
    share = s.FloatField(help_text="占原网格面积的份额，0–1")
    at = s.DateTimeField()


class GridHistoryShape(AnsweredShape):
    opened_on = s.DateField()
    closed_on = s.DateField(allow_null=True)
    came_from = LineageShape(many=True)
    became = LineageShape(many=True)
