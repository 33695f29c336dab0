"""The page of the ledgers, the same as a workbook, and the rows behind a figure."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from boundaries.models import Division
from core.errors import NotFound
from gis_app.ledgers import counting, periods
from gis_app.ledgers.book import book_of
from gis_app.ledgers.definitions import FIGURES, HOMES
from gis_app.ledgers.rows import rows_of, told
from households.scope import scope_of

PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def ledgers(request):
    member = request.user
    place, period, offered = _asked(request)
    found = counting.report(member, place, period)
    context = {
        "report": found,
        "tables": [_table(one, found) for one in counting.ledgers_for(member)],
        "homes": _cell(HOMES, found.whole),
        "periods": offered,
        "places": _places(member),
        "asked": urlencode({"period": period.code, "place": place.code}),
        "open_rows": not found.released,
    }
    return render(request, "ledgers.html", context)


def ledger_workbook(request):
    place, period, _ = _asked(request)
    found = counting.report(request.user, place, period)
    content = book_of(found, counting.ledgers_for(request.user), request.user)
    name = f"{place.name}台账{period.name}.xlsx"
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=_XLSX, headers=headers)


def ledger_rows(request, figure: str):
    place, period, _ = _asked(request)
    try:
        found = rows_of(request.user, figure, place, period)
    except NotFound:
        raise Http404 from None
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [told(row) for row in page],
        "figure": FIGURES[figure],
        "place": place,
        "period": period,
        "asked": urlencode({"period": period.code, "place": place.code}),
    }
    return render(request, "ledger_rows.html", context)


def _asked(request) -> tuple:
    """Place, period and what periods there are; not found for a place or period that is not hers."""
    released = scope_of(request.user).sees_released
    offered = periods.offered(timezone.localdate(), closed_only=released)
    period = periods.read(request.GET["period"]) if request.GET.get("period") else offered[0]
    try:
        place = counting.place_for(request.user, request.GET.get("place", ""))
    except NotFound:
        raise Http404 from None
    if period not in offered:
        raise Http404
    return place, period, offered


def _places(member) -> list[Division]:
    below = Division.objects.current().filter(parent=member.division).order_by("code")
    return [member.division, *below.only("code", "name")] if member.role == "town" else []


def _table(ledger, found) -> dict:
    return {
        "ledger": ledger,
        "total": [
            {"figure": f, "cell": _cell(f, found.whole), "out_of": _out_of(f, found)}
            for f in ledger.figures
        ],
        "lines": [
            {"line": line, "cells": [_cell(f, line) for f in ledger.figures]}
            for line in found.lines[1:]
        ],
    }


def _cell(figure, line) -> int | None:
    """None: too few to be shown."""
    n = line.figures.get(figure.key, 0)
    return None if n == counting.HIDDEN else n


def _out_of(figure, found) -> dict | None:
    return {"figure": HOMES, "cell": _cell(HOMES, found.whole)} if figure.out_of else None
