"""What a steward fills in. Words for people; the services and the database check the rest."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from households.models import Person
from rights.models import Request


class NewRequestForm(forms.Form):
    kind = forms.ChoiceField(label=_("要求办什么"), choices=Request.Kind)
    village = forms.CharField(label=_("村代码（12 位）"), min_length=12, max_length=12)
    household_no = forms.CharField(label=_("户编号"), max_length=40)
    applicant = forms.CharField(
        label=_("申请人姓名（要和登记的户主或家庭成员一致）"), max_length=60
    )
    standing = forms.ChoiceField(label=_("申请人是"), choices=Request.Standing)
    proof = forms.CharField(
        label=_("怎样核实的，例如看过身份证原件；不要抄证件号码"), max_length=100
    )
    wish = forms.CharField(
        label=_("她的要求"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    received_on = forms.DateField(
        label=_("收到日期"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class HouseholdForm(forms.Form):
    contact_name = forms.CharField(label=_("户主"), max_length=60, required=False)
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    members = forms.IntegerField(label=_("人口"), min_value=0, max_value=99, required=False)
    note = forms.CharField(
        label=_("备注"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=60)
    relation = forms.ChoiceField(label=_("与户主关系"), choices=Person.Relation)
    birth_year = forms.IntegerField(
        label=_("出生年份"), min_value=1880, max_value=2200, required=False
    )
    phone = forms.CharField(label=_("电话"), max_length=40, required=False)


class AnswerForm(forms.Form):
    state = forms.ChoiceField(
        label=_("结果"), choices=[c for c in Request.State.choices if c[0] != Request.State.OPEN]
    )
    answer = forms.CharField(
        label=_("怎样答复的；不予办理的写明理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("家庭怎么说，照她的话写"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class DeletionForm(forms.Form):
    whole = forms.ChoiceField(
        label=_("删除哪些"),
        choices=[("no", _("只删申请人本人的信息")), ("yes", _("删除全户的信息"))],
    )
    answer = forms.CharField(
        label=_("怎样答复的"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    sure = forms.BooleanField(label=_("我知道删除以后不能恢复"))
