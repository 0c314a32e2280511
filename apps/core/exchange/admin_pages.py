"""Imports in the back office: choose what and which files, say which column is which, check, import. The report is the job's page."""
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from apps.core.exchange.models import ImportRun
from apps.core.exchange.selectors import FileLook, look, run_of, usable
from apps.core.exchange.services import FLAGS, choose, receive, start_import
from apps.kernel.admin.refusals import reasons
from apps.kernel.errors import BusinessError
from apps.kernel.presets import PRESETS, Preset

MEBIBYTE = 1024 ** 2
DATES = (("iso", gettext_lazy("2013-05-08 or 08.05.2013")), ("dmy", gettext_lazy("08/05/2013: day first")),
         ("mdy", gettext_lazy("05/08/2013: month first")))
DECIMALS = (("point", gettext_lazy("1234.5")), ("comma", gettext_lazy("1 234,5")))


class OptionsForm(forms.Form):
    """How an import is done."""
    create_missing = forms.BooleanField(required=False, label=gettext_lazy("Make incomplete records of what is named only"))
    skip_bad = forms.BooleanField(required=False, label=gettext_lazy("Leave the lines at fault out, and import the others"))
    dates = forms.ChoiceField(choices=DATES, required=False, label=gettext_lazy("Dates are written"))
    decimal = forms.ChoiceField(choices=DECIMALS, required=False, label=gettext_lazy("Decimals are written"))
    sheet = forms.CharField(max_length=60, required=False, label=gettext_lazy("Sheet of a spreadsheet"),
                            help_text=gettext_lazy("Empty: the first one."))

    def __init__(self, *args: Any, preset: Preset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not preset.create_missing:
            del self.fields["create_missing"]
        for name, setting in preset.settings.items():
            self.fields[name] = forms.CharField(max_length=200, required=False, label=setting.title, help_text=setting.help)


@require_http_methods(["GET", "HEAD", "POST"])
def import_view(request: HttpRequest) -> HttpResponse:
    """Choose what is imported, and the files."""
    presets = usable(request.user)
    chosen = request.POST.get("preset") or request.GET.get("preset") or ""
    faults: list[str] = []
    if request.method == "POST":
        try:
            run = receive(author=request.user, preset=chosen, files=request.FILES.getlist("files"))
            return redirect("admin:exchange_mapping", uuid=run.uuid)
        except (BusinessError, PermissionDenied) as error:
            faults = [str(reason.message) for reason in reasons(error)]
    return _page(request, "exchange/import.html", _("Import"), presets=presets, chosen=chosen, faults=faults,
                 largest=settings.IMPORT_LARGEST_FILE // MEBIBYTE)


@require_http_methods(["GET", "HEAD", "POST"])
def mapping_view(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Say which column is which, then have the files checked."""
    run = run_of(request.user, uuid)
    preset = PRESETS[run.preset]
    form = OptionsForm(request.POST or None, preset=preset, initial=run.options)
    faults: list[str] = []
    files: list[FileLook] = []
    try:
        files = look(run)
        if request.method == "POST" and form.is_valid():
            faults = choose(run=run, mappings=_mappings(request.POST, files), options=_given(form.cleaned_data))
            if not faults:
                return _started(request, run, dry_run=True)
            files = look(run)
    except (BusinessError, PermissionDenied) as error:
        faults = [str(reason.message) for reason in reasons(error)]
    return _page(request, "exchange/mapping.html", str(preset.title), run=run, preset=preset, files=files, form=form, faults=faults,
                 ready=bool(files) and all(not file.fault for file in files))


@require_POST
def start_view(request: HttpRequest, uuid: Any) -> HttpResponse:
    """Import for real what was checked before."""
    run = run_of(request.user, uuid)
    try:
        return _started(request, run, dry_run=False)
    except (BusinessError, PermissionDenied) as error:
        for reason in reasons(error):
            messages.error(request, str(reason.message))
        return redirect("admin:exchange_mapping", uuid=run.uuid)


def _started(request: HttpRequest, run: ImportRun, *, dry_run: bool) -> HttpResponse:
    job = start_import(run=run, dry_run=dry_run)
    return redirect("admin:jobs_job_change", job.pk)


def _given(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cleaned.items() if value or name in FLAGS}


def _mappings(posted: Mapping[str, Any], files: list[FileLook]) -> dict[str, dict[str, str]]:
    """What the page says of each column: by file, column of the preset → header; those that no header was chosen for are left out."""
    found: dict[str, dict[str, str]] = {}
    for number, file in enumerate(files):
        if file.table is None:
            continue
        chosen = {posted.get(f"column-{number}-{at}", ""): column.header for at, column in enumerate(file.columns)}
        found[file.name] = {column.name: chosen.get(column.name, "") for column in file.table.columns if not column.derived}
    return found


def _page(request: HttpRequest, template: str, title: str, **context: Any) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **context})
