"""Imports by REST: what can be imported, files sent in and checked or imported by a job, the report."""
import hashlib
from typing import Any

import orjson
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.exchange.models import ImportRun
from apps.core.exchange.selectors import run_of, usable
from apps.core.exchange.services import receive, start_import
from apps.kernel.api.commands import described
from apps.kernel.api.parsers import OnlyJSON
from apps.kernel.api.permissions import SignedIn
from apps.kernel.api.registry import command
from apps.kernel.api.viewsets import ApiView
from apps.kernel.api.writing import writes
from apps.kernel.errors import Invalid, Refusal

CHUNK = 1024 ** 2


class Parts(OnlyJSON):
    """Files come as multipart/form-data; answers are JSON."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if kind == "multipart/form-data" else None


class PresetColumn(serializers.Serializer):
    """A column that files of a preset may have."""
    name = serializers.CharField()
    title = serializers.CharField()
    needed = serializers.BooleanField(help_text="Whether a file without it is refused.")
    help = serializers.CharField()


class PresetTable(serializers.Serializer):
    """One kind of file of a preset."""
    name = serializers.CharField()
    title = serializers.CharField()
    columns = PresetColumn(many=True)


class PresetOutput(serializers.Serializer):
    """Something the caller may import."""
    name = serializers.CharField()
    title = serializers.CharField()
    several = serializers.BooleanField(help_text="Whether it takes several files at once.")
    options = serializers.ListField(child=serializers.CharField())
    tables = PresetTable(many=True)


class PresetsOutput(serializers.Serializer):
    """Everything the caller may import."""
    results = PresetOutput(many=True)


class ImportInput(serializers.Serializer):
    """Files and how they are imported. `options` and `mapping` are JSON."""
    preset = serializers.CharField()
    files = serializers.ListField(child=serializers.FileField())
    dry_run = serializers.BooleanField(required=False, help_text="Only check the files: nothing is written.")
    options = serializers.CharField(required=False, help_text='A JSON object, e.g. {"create_missing": true, "skip_bad": true}.')
    mapping = serializers.CharField(required=False, help_text="A JSON object: column of the preset → header in the files.")


class ImportOutput(serializers.Serializer):
    """An import: the job that does it, and its report once there is one."""
    id = serializers.UUIDField()
    preset = serializers.CharField()
    files = serializers.ListField(child=serializers.DictField())
    job = serializers.IntegerField(allow_null=True)
    state = serializers.CharField(help_text="The job's state; empty before it was started.")
    report = serializers.DictField(allow_null=True)
    error_file = serializers.CharField(help_text="Where every error is to be downloaded; empty without one.")


class Presets(ApiView, APIView):
    """What the caller may import, with the columns its files have."""
    permission_classes = [SignedIn]

    @extend_schema(responses=described(PresetsOutput))
    def get(self, request: Request) -> Response:
        return Response({"results": [_preset(preset) for preset in usable(request.user)]})


class Imports(ApiView, APIView):
    """Send files in and have them checked (`dry_run=true`) or imported by a job."""
    permission_classes = [SignedIn]
    parser_classes: Any = (MultiPartParser,)
    content_negotiation_class = Parts

    @extend_schema(request={"multipart/form-data": ImportInput}, responses=described(ImportOutput, 201))
    def post(self, request: Request) -> Any:
        # An Idempotency-Key is held against the body; of files, which are not kept in memory, a digest stands for it.
        request._request._body = _digest(request)
        return self.receive(request)

    @writes
    def receive(self, request: Request) -> Response:
        data: Any = request.data
        files = [one for one in data.getlist("files") if hasattr(one, "chunks")]
        mapping = _object(data, "mapping")
        run = receive(author=request.user, preset=str(data.get("preset", "")), files=files, options=_object(data, "options"),
                      mappings={str(one.name): mapping for one in files} if mapping else None)
        start_import(run=run, dry_run=str(data.get("dry_run", "")).lower() in ("1", "true", "yes"))
        return Response(_shown(run), status=201)


class OneImport(ApiView, APIView):
    """An import of the caller's, with its report once the job has ended."""
    permission_classes = [SignedIn]

    @extend_schema(responses=described(ImportOutput))
    def get(self, request: Request, uuid: Any) -> Response:
        return Response(_shown(run_of(request.user, uuid)))


class StartImport(ApiView, APIView):
    """Import the files of a checked import for real."""
    permission_classes = [SignedIn]

    @extend_schema(request=OpenApiTypes.NONE, responses=described(ImportOutput, 201))
    @writes
    def post(self, request: Request, uuid: Any) -> Response:
        run = run_of(request.user, uuid)
        start_import(run=run, dry_run=False)
        return Response(_shown(run), status=201)


def _preset(preset: Any) -> dict[str, Any]:
    options = [*(["create_missing"] if preset.create_missing else []), "skip_bad", "dates", "decimal", "sheet", *preset.settings]
    return {"name": preset.name, "title": str(preset.title), "several": preset.several, "options": options, "tables": [
        {"name": table.name, "title": str(table.title), "columns": [
            {"name": column.name, "title": str(column.title), "needed": column.expected, "help": str(column.help)}
            for column in table.columns if not column.derived]} for table in preset.tables]}


def _shown(run: ImportRun) -> dict[str, Any]:
    job = run.last_job
    return {"id": str(run.uuid), "preset": run.preset,
            "files": [{name: file[name] for name in ("name", "size", "sha256")} for file in run.files],
            "job": job.pk if job else None, "state": job.state if job else "", "report": job.result if job else None,
            "error_file": f"/api/v1/jobs/jobs/{job.pk}/file/" if job and job.file_name else ""}


def _object(data: Any, name: str) -> dict[str, Any]:
    """A JSON object in a field of the form."""
    try:
        found = orjson.loads(data.get(name) or "{}")
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise Invalid("not_an_object", _("“%(name)s” is not a JSON object.") % {"name": name},
                      reasons=[Refusal("not_an_object", _("Give a JSON object."), name)])
    return found


def _digest(request: Request) -> bytes:
    digest = hashlib.sha256()
    data: Any = request.data
    for name, values in sorted(data.lists()):
        for value in values:
            digest.update(f"{name}\0{getattr(value, 'name', value)}\0".encode())
            if hasattr(value, "chunks"):
                for chunk in value.chunks(CHUNK):
                    digest.update(chunk)
                value.seek(0)
    return digest.digest()


command("exchange/presets/", Presets, "exchange_presets")
command("exchange/imports/", Imports, "exchange_imports")
command("exchange/imports/<uuid:uuid>/", OneImport, "exchange_import_one")
command("exchange/imports/<uuid:uuid>/start/", StartImport, "exchange_import_start")
