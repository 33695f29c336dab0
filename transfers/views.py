"""Pages on which files come in and go out."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from core.errors import DomainError
from core.policy import policy
from transfers import exporting, files, services
from transfers.forms import FORMS, NEEDS, ExportForm
from transfers.models import Export, ImportJob
from transfers.working import PASSWORDS, REJECTS

SHOWN = 50
Kind = ImportJob.Kind


def kinds_for(member) -> list[Kind]:
    """What her role may import: policy.yaml says it by route."""
    return [k for k in Kind if policy()[f"import-{k}", "GET"].admits(member.role)]


def imports(request):
    jobs = [services.settle(job) for job in services.imports_of(request.user)[:SHOWN]]
    return render(request, "imports/list.html", {"jobs": jobs, "kinds": kinds_for(request.user)})


def new_import(request, kind: str):
    form = FORMS[kind](request.POST or None, request.FILES or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        options = dict(form.cleaned_data)
        upload = options.pop("file")
        try:
            job = services.hand_in(
                by=request.user,
                kind=kind,
                name=upload.name,
                chunks=upload.chunks(),
                options=options,
            )
            return redirect(job)
        except DomainError as error:
            problem = error.message
    context = {"form": form, "kind": Kind(kind), "needs": NEEDS[kind], "problem": problem}
    status = 422 if problem or form.errors else 200
    return render(request, "imports/new.html", context, status=status)


def one_import(request, uuid, families: bool):
    """What a file would do or has done; and what may be done with it now."""
    job = _import_for(request, uuid, families)
    problem = ""
    if request.method == "POST":
        acts = {"write": services.write, "stop": services.stop, "discard": services.discard}
        act = acts.get(request.POST.get("do"))
        try:
            if act:
                act(by=request.user, job=job)
            if act is services.discard:
                return redirect("import-list")
            return redirect(job)
        except DomainError as error:
            problem = error.message
            job.refresh_from_db()
    folder = files.folder_of(job.uuid)
    context = {
        "job": job,
        "problem": problem,
        "rejects": not job.is_running and (folder / REJECTS).exists(),
        "passwords": not job.is_running and (folder / PASSWORDS).exists(),
    }
    return render(request, "imports/one.html", context, status=409 if problem else 200)


def import_rejects(request, uuid, families: bool):
    """The refused rows, for whoever handed them in: they hold what she knows already."""
    return _csv(_import_for(request, uuid, families), REJECTS, _("拒收"))


def import_passwords(request, uuid):
    """The first passwords of new accounts, once."""
    job = _import_for(request, uuid, families=False)
    response = _csv(job, PASSWORDS, _("初始密码"))
    (files.folder_of(job.uuid) / PASSWORDS).unlink(missing_ok=True)
    return response


def _csv(job: ImportJob, name: str, title: str) -> HttpResponse:
    path = files.folder_of(job.uuid) / name
    if job.is_running or not path.exists():
        raise Http404
    shown = f"{job.filename.rpartition('.')[0] or job.filename}.{title}.csv"
    headers = {"Content-Disposition": content_disposition_header(True, shown)}
    return HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8", headers=headers)


def _import_for(request, uuid, families: bool) -> ImportJob:
    """Hers, by the route that is meant for its kind: policy.yaml says another tier for families."""
    try:
        job = services.import_for(request.user, uuid)
    except DomainError:
        raise Http404 from None
    if job.holds_families != families:
        raise Http404
    return job


def exports(request):
    """Her own requests and a form for a new one; for a steward what waits for her and what was."""
    steward = not policy()["export-list", "POST"].admits(request.user.role)
    form = ExportForm(request.POST or None)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            exporting.ask(by=request.user, **form.cleaned_data)
            return redirect("export-list")
        except DomainError as error:
            problem = error.message
    found = exporting.exports_for(request.user).select_related("by__division", "decided_by")
    context = {
        "exports": found[:SHOWN],
        "steward": steward,
        "form": form,
        "problem": problem,
        "now": timezone.now(),
        "most": exporting.MOST_DOWNLOADS,
    }
    status = 422 if problem or form.errors else 200
    return render(request, "exports/list.html", context, status=status)


def one_export(request, uuid):
    """A step of an export: the steward's word, the requester's file."""
    export = _export_for(request, uuid)
    remark = request.POST.get("remark", "")
    try:
        match request.POST.get("do"):
            case "approve" | "refuse" as said:
                exporting.decide(
                    by=request.user, export=export, agree=said == "approve", remark=remark
                )
            case "withdraw":
                exporting.withdraw(by=request.user, export=export)
            case "make":
                password = exporting.make(by=request.user, export=export)
                context = {"export": export, "password": password, "days": exporting.DAYS}
                return render(request, "exports/made.html", context)
    except DomainError as error:
        context = {"export": export, "problem": error.message}
        return render(request, "exports/problem.html", context, status=error.status)
    return redirect("export-list")


def export_file(request, uuid):
    export = _export_for(request, uuid)
    try:
        content = exporting.take(by=request.user, export=export)
    except DomainError as error:
        context = {"export": export, "problem": error.message}
        return render(request, "exports/problem.html", context, status=error.status)
    headers = {"Content-Disposition": f'attachment; filename="export-{export.pk}.zip"'}
    return HttpResponse(content, content_type="application/zip", headers=headers)


def _export_for(request, uuid) -> Export:
    export = exporting.exports_for(request.user).filter(uuid=uuid).first()
    if export is None:
        raise Http404
    return export
