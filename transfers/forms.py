"""What is asked of whoever hands a file in, by kind; the command of that kind takes the same."""

from django import forms
from django.utils.translation import gettext_lazy as _

from transfers.models import Export, ImportJob

Kind = ImportJob.Kind

_ENCODINGS = [("auto", _("自动识别")), ("utf-8", "UTF-8"), ("gb18030", "GBK / GB18030")]
_SYSTEMS = [
    ("auto", _("自动识别")),
    ("EPSG:4490", "CGCS2000 (EPSG:4490)"),
    ("EPSG:4326", "WGS84 (EPSG:4326)"),
    ("gcj02", _("GCJ-02（高德、腾讯）")),
    ("bd09", _("BD-09（百度）")),
    ("EPSG:4547", "CGCS2000 / 3° 114E (EPSG:4547)"),
    ("EPSG:4526", "CGCS2000 / 3° 38 (EPSG:4526)"),
]
_COLUMN = {"max_length": 60, "required": False}


class FileForm(forms.Form):
    file = forms.FileField(label=_("文件"), allow_empty_file=True, max_length=250)
    encoding = forms.ChoiceField(label=_("文字编码"), choices=_ENCODINGS, initial="auto")


class PlacedForm(FileForm):
    crs = forms.ChoiceField(label=_("坐标系"), choices=_SYSTEMS, initial="auto")


class OutlineForm(PlacedForm):
    layer = forms.CharField(label=_("图层（文件里有几个时）"), **_COLUMN)
    code_field = forms.CharField(label=_("代码列（认不出时）"), **_COLUMN)
    name_field = forms.CharField(label=_("名称列（认不出时）"), **_COLUMN)
    parent_field = forms.CharField(label=_("上级代码列（认不出时）"), **_COLUMN)


class DivisionForm(OutlineForm):
    level = forms.ChoiceField(
        label=_("层级"), choices=[("town", _("乡镇")), ("village", _("村(社区)"))]
    )
    missing = forms.ChoiceField(
        label=_("文件里没有的"),
        choices=[("auto", _("自动判断")), ("end", _("停用")), ("keep", _("保留"))],
    )
    field_order = ["file", "level", "missing"]


FORMS = {
    Kind.DIVISIONS: DivisionForm,
    Kind.GRIDS: OutlineForm,
    Kind.HOUSEHOLDS: PlacedForm,
    Kind.MEMBERS: FileForm,
    Kind.ASSIGNMENTS: FileForm,
}

# What the file must hold: the first lines of docs/operations.md, for whoever has no docs.
NEEDS = {
    Kind.DIVISIONS: _(
        "边界文件（GeoJSON、打成zip的Shapefile、GeoPackage、KML、奥维ovkml），或只有代码和名称的名单。先乡镇，再村。"
    ),
    Kind.GRIDS: _("边界文件。每个村的网格要不重不漏铺满全村；文件里没有的村不变。"),
    Kind.HOUSEHOLDS: _(
        "CSV或xlsx名单。要有户编号，和村代码（或乡镇和村名）；可以有经度、纬度、地址、户主、电话、人口、备注、颜色。颜色只作为待确认的建议。"
    ),
    Kind.MEMBERS: _(
        "CSV或xlsx名单：账号、姓名、岗位、任职地代码。个案工作者、数据管理员、系统管理员、审计员要在“账号管理”里由两人办理。"
    ),
    Kind.ASSIGNMENTS: _(
        "CSV或xlsx名单：网格编码、账号（或姓名）、责任（主责/协同）、开始日期。已有别人主责的网格不会改动。"
    ),
}


class ExportForm(forms.Form):
    what = forms.ChoiceField(label=_("内容"), choices=Export.What.choices)
    reason = forms.CharField(
        label=_("用途（至少 10 个字：做什么用，给谁看，用完怎么处理）"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
