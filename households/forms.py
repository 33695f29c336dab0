"""The county's colours, as its office fills them in: five places, of which some may stay empty."""

from django import forms
from django.utils.translation import gettext_lazy as _

from households.colouring.schemes import FIELDS
from households.models import ColourClass
from households.models.colours import SLOTS

_MOST_DAYS = 3650


class SchemeForm(forms.Form):
    based_on = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("方案名称"), max_length=80)
    flip_days = forms.IntegerField(
        label=_("多少天内再改颜色，要另一个人再看一遍"), min_value=0, max_value=365
    )


class ClassForm(forms.Form):
    used = forms.BooleanField(label=_("用这个色位"), required=False)
    name = forms.CharField(label=_("名称"), max_length=20, required=False)
    letter = forms.CharField(label=_("一个字"), max_length=1, required=False)
    shape = forms.ChoiceField(label=_("形状"), choices=ColourClass.Shape)
    action = forms.CharField(label=_("我们做什么"), max_length=80, required=False)
    cadence_days = forms.IntegerField(
        label=_("多少天走访一次"), min_value=1, max_value=_MOST_DAYS, required=False
    )
    review_days = forms.IntegerField(
        label=_("多少天后复核"), min_value=1, max_value=_MOST_DAYS, required=False
    )
    visit_minutes = forms.IntegerField(
        label=_("一次走访多少分钟"), min_value=1, max_value=480, required=False
    )
    weight = forms.FloatField(label=_("工作量权重"), min_value=0, max_value=1000, required=False)
    decided_by = forms.ChoiceField(label=_("由谁确认"), choices=ColourClass.Decider)
    reasons = forms.CharField(
        label=_("原因，一行一条，写家庭需要什么"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def class_forms(classes: list[dict], data=None) -> list[ClassForm]:
    """A form for each slot, filled with what stands there."""
    by_slot = {told["slot"]: told for told in classes}
    made = []
    for slot in SLOTS:
        told = by_slot.get(slot, {})
        initial = told | {"used": bool(told), "reasons": "\n".join(told.get("reasons", ()))}
        form = ClassForm(data, prefix=f"c{slot}", initial=initial, label_suffix="")
        form.slot = slot
        made.append(form)
    return made


def told(made: list[ClassForm]) -> list[dict]:
    """The classes that valid forms say."""
    found = []
    for form in made:
        if form.cleaned_data["used"]:
            said = {name: form.cleaned_data[name] for name in FIELDS if name != "slot"}
            reasons = [line.strip() for line in form.cleaned_data["reasons"].splitlines()]
            found.append(said | {"slot": form.slot, "reasons": [line for line in reasons if line]})
    return found
