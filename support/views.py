"""Trainings, fairs and talks: a list, and a form for one that took place."""

from django.shortcuts import redirect, render

from core.errors import DomainError
from support import services
from support.forms import EventForm
from support.models import Event

NEWEST = 100


def events_page(request):
    by = request.user
    form = EventForm(request.POST or None, by=by, label_suffix="")
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.record_event(by=by, **form.cleaned_data)
            return redirect("events")
        except DomainError as error:
            problem = error.message
    rows = Event.objects.visible_to(by).select_related("division").defer("division__geom")
    told = {"form": form, "problem": problem, "events": rows[:NEWEST]}
    wrong = problem or (request.method == "POST" and not form.is_valid())
    return render(request, "events.html", told, status=422 if wrong else 200)
