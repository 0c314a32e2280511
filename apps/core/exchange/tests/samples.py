"""Presets and files for tests of the engine."""
from pathlib import Path

from apps.core.exchange.reading import open_source
from apps.core.exchange.running import Order, execute
from apps.core.iam.selectors import system_user
from apps.kernel.presets import Column, ModelPreset

ROLES = ModelPreset(
    name="test-roles", title="Roles", model="iam.Role", key=("code",),
    columns=(Column("code", aliases=("sigle",), required=True), Column("name", aliases=("libellé",), required=True),
             Column("description", help="What it is for.")))
SITES = ModelPreset(
    name="test-sites", title="Sites", model="factory.Site", key=("name",), columns=(
        Column("name", required=True), Column("kind", required=True), Column("parent", reference="name"), Column("water_depth"),
        Column("commissioned_on"), Column("latitude"), Column("longitude")))


def load(folder: Path, preset, data, name="file.csv", actor=None, **order):
    """Import these bytes as the system; the report."""
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return execute(Order(preset, [open_source(path)], actor or system_user(), **order))


def errors(report):
    """Where the faults are and of which kind."""
    return [(error.line, error.column, error.code) for error in report.errors]


def counts(report):
    """Created, changed, unchanged of the one model."""
    [count] = report.counts.values()
    return count.created, count.changed, count.unchanged
