"""The page of case work: cases for whoever follows them, what was opened in haste for reviewers."""

from django.shortcuts import render

from cases.reading import reminders


def cases_page(request):
    boot = {"role": request.user.role, "member": request.user.pk} | reminders(request.user)
    return render(request, "cases.html", {"boot": boot, "here": "cases"})
