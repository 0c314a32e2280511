"""Key figures of the organisation."""
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.core.factory.choices import Phase, SiteKind
from apps.core.factory.models import Site
from apps.kernel.charts import Kind, Row
from apps.kernel.kpis import Chart, Figure, Kpi, Reader, declare, listed, today


def _by_kind_and_phase(reader: Reader) -> dict[tuple[str, str], int]:
    """(kind, phase) → how many of the sites the reader sees."""
    return {(kind, phase): count for kind, phase, count in reader.groups(Site.objects.visible_to(reader.user), "kind", "phase")}


def _in_service(reader: Reader) -> Figure:
    found = reader.read(_by_kind_and_phase)
    part, of = sum(count for (_kind, phase), count in found.items() if phase == Phase.IN_SERVICE), sum(found.values())
    return Figure(part, part=part, of=of)


def _kinds(reader: Reader) -> list[Row]:
    found = reader.read(_by_kind_and_phase)
    shown = [kind for kind in SiteKind if any(of == kind for of, _phase in found)]
    rows = [Row(capfirst(str(kind.label)), tuple(found.get((kind, phase), 0) for phase in Phase),
                tuple(listed(Site, kind__exact=kind, phase__exact=phase) if (kind, phase) in found else "" for phase in Phase))
            for kind in shown]
    return sorted(rows, key=lambda row: -sum(value or 0 for value in row.values))


declare(
    Kpi("factory.in_service", _("Sites in service"), _("Sites whose phase is “in service”, of all sites you may see."), (Site,),
        _in_service, lambda: listed(Site, phase__exact=Phase.IN_SERVICE), icon="location_on", order=70),
    Chart("factory.kinds", _("Sites by kind and phase"), _("Every site you may see, counted once by its kind and its present phase."),
          _("sites"), _("kind"), Kind.STACKED, (Site,), _kinds, today, tuple(capfirst(phase.label) for phase in Phase), order=30),
)
