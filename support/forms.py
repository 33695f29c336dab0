"""The form for an event."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from boundaries.models import Division
from support.models import Event

_MOST = 100_000


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, place):
        return place.name


class EventForm(forms.Form):
    kind = forms.ChoiceField(label=_("种类"), choices=Event.Kind)
    title = forms.CharField(label=_("活动名称"), max_length=60)
    division = PlaceField(label=_("在哪里"), queryset=Division.objects.none(), empty_label=None)
    held_on = forms.DateField(
        label=_("哪天"),
        initial=timezone.localdate,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    women = forms.IntegerField(label=_("到场妇女"), min_value=0, max_value=_MOST)
    men = forms.IntegerField(label=_("到场男性"), min_value=0, max_value=_MOST)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        places = Division.objects.current().under(by.division).defer("geom")
        self.fields["division"].queryset = places.order_by("code")
        self.fields["division"].initial = by.division_id
