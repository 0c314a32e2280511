"""Invented sites: one operating region with its fields, their facilities, and what stands ashore."""
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.core.factory.choices import Datum, DivisionKind, Phase, SiteKind
from apps.core.factory.models import Division, Site
from apps.kernel.demo import Demonstration

REGION = "GK"


class Place(NamedTuple):
    """A site as the demonstration writes it; the position in degrees, depth in metres."""
    code: str
    parent: str
    kind: SiteKind
    name: str
    functions: str = ""
    position: tuple[str, str] | None = None
    capacity: int | None = None
    since: int | None = None
    depth: int | None = None
    phase: Phase = Phase.IN_SERVICE
    address: str = ""


_FIXED, _MOVEABLE = SiteKind.FIXED_FACILITY, SiteKind.MOVEABLE_FACILITY
_PORT = "Zone industrielle du Vieux-Môle\nPort-Ardent"
PLACES = (
    Place(REGION, "", SiteKind.REGION, "Golfe de Kélouma"),
    Place("ALC", REGION, SiteKind.FIELD, "Champ Alcyon", "Huile et gaz associé", since=2009),
    Place("BER", REGION, SiteKind.FIELD, "Champ Bérénice", "Huile, injection d’eau", since=2016),
    Place("CAS", REGION, SiteKind.FIELD, "Champ Cassiopée", "Gaz à condensats", phase=Phase.UNDER_CONSTRUCTION),
    Place("ALC-A", "ALC", _FIXED, "Alcyon A", "Production, traitement, quartiers", ("-3.912400", "9.874100"), 124, 2009, 82),
    Place("ALC-B", "ALC", _FIXED, "Alcyon B", "Têtes de puits", ("-3.945700", "9.861300"), 16, 2011, 84),
    Place("ALC-C", "ALC", _FIXED, "Alcyon C", "Compression", ("-3.913900", "9.876000"), 24, 2010, 82, Phase.SHUT_DOWN),
    Place("BER-F", "BER", _MOVEABLE, "FPSO Bérénice", "Production, stockage, déchargement", ("-4.127500", "9.412800"), 140, 2016, 618),
    Place("BER-M", "BER", _FIXED, "Bérénice collecteur nord", "Collecte sous-marine", ("-4.098200", "9.430600"), None, 2017, 604),
    Place("CAS-A", "CAS", _FIXED, "Cassiopée A", "Production, quartiers", ("-4.340900", "9.955200"), 96, None, 71,
          Phase.UNDER_CONSTRUCTION),
    Place("CAS-S", "CAS", _MOVEABLE, "Semi-submersible Boréale", "Forage", ("-4.352300", "9.941700"), 110, 2014, 73),
    Place("OLA", REGION, SiteKind.TRANSPORT_SYSTEM, "Oléoduc Alcyon – Port-Ardent", "Transport d’huile, 71 km", since=2009),
    Place("TPA", REGION, SiteKind.TERMINAL, "Terminal de Port-Ardent", "Stockage, chargement", ("-3.438800", "10.662100"), 60, 2009,
          address=_PORT),
    Place("UGA", REGION, SiteKind.PLANT, "Usine à gaz de Port-Ardent", "Séparation, compression", ("-3.441200", "10.668900"), 75, 2012,
          address=_PORT),
    Place("BLP", REGION, SiteKind.BASE, "Base logistique de Port-Ardent", "Quai, héliport, ateliers", ("-3.434500", "10.655400"), 220, 2008,
          address=_PORT),
    Place("MAG", "BLP", SiteKind.WAREHOUSE, "Magasin central", "Pièces et consommables", ("-3.435000", "10.656700"), 30, 2008,
          address=_PORT),
    Place("BUR", REGION, SiteKind.OFFICE, "Bureaux de Port-Ardent", "Direction, études, achats", ("-3.428900", "10.649300"), 180, 2008,
          address="4 avenue des Palétuviers\nPort-Ardent"),
)

_D, _S, _W, _L = DivisionKind.DEPARTMENT, DivisionKind.SERVICE, DivisionKind.WORKSHOP, DivisionKind.LINE
_MAINTENANCE = ("MNT", "Maintenance", _D, (("MEC", "Atelier mécanique", _W, ()), ("EIN", "Atelier électricité et instrumentation", _W, ())))
_SAFETY = ("HSE", "Sécurité et environnement", _S, ())
_OFFSHORE = (("PRD", "Production", _D, (("PUI", "Puits", _S, ()), ("TRT", "Traitement", _L, ()))), _MAINTENANCE, _SAFETY)
# site: its divisions as (code, name, kind, parts)
DIVISIONS = {
    "ALC-A": (*_OFFSHORE, ("HOT", "Hôtellerie", _S, ())),
    "BER-F": (*_OFFSHORE, ("MAR", "Marine", _D, (("CGO", "Cargaison", _S, ()),))),
    "CAS-S": (("FOR", "Forage", _D, (("BOU", "Boues", _S, ()),)), _MAINTENANCE, _SAFETY),
    "TPA": (("EXP", "Exploitation", _D, (("STK", "Stockage", _S, ()), ("CHG", "Chargement", _L, ()))), _SAFETY),
    "UGA": (("EXP", "Exploitation", _D, (("TR1", "Train 1", _L, ()), ("TR2", "Train 2", _L, ()), ("LAB", "Laboratoire", _S, ()))),
            _MAINTENANCE, _SAFETY),
    "BLP": (("LOG", "Logistique", _D, (("QUA", "Quai", _S, ()), ("HEL", "Héliport", _S, ()))),
            ("ATE", "Ateliers", _D, (("CHA", "Chaudronnerie", _W, ()), ("PEI", "Peinture", _W, ()), ("LEV", "Levage", _W, ()))), _SAFETY),
    "MAG": (("REC", "Réception", _S, ()), ("PRE", "Préparation", _S, ())),
    "BUR": (("DIR", "Direction", _D, ()), ("ACH", "Achats et contrats", _D, ()), ("ETU", "Études", _D, (("INS", "Inspection", _S, ()),)),
            ("RH", "Ressources humaines", _D, ())),
}


def loaded() -> bool:
    """Whether the demonstration's region stands in the database."""
    return Site.objects.filter(code=REGION, name=PLACES[0].name).exists()


def load(demonstration: Demonstration) -> None:
    """Sites by code under "sites"."""
    sites: dict[str, Site] = {}
    for place in PLACES:
        sites[place.code] = _site(place, sites.get(place.parent))
    for code, tree in DIVISIONS.items():
        _divisions(sites[code], None, tree)
    demonstration.records["sites"] = sites


def _site(place: Place, parent: Site | None) -> Site:
    latitude, longitude = map(Decimal, place.position) if place.position else (None, None)
    site = Site(code=place.code, name=place.name, kind=place.kind, phase=place.phase, parent=parent, time_zone="Africa/Libreville",
                capacity=place.capacity, commissioned_on=date(place.since, 3, 1) if place.since else None, water_depth=place.depth,
                functions=place.functions, address=place.address, latitude=latitude, longitude=longitude,
                source_datum=Datum.WGS84 if place.position else "")
    site.full_clean()
    site.save()
    return site


def _divisions(site: Site, parent: Division | None, tree: tuple) -> None:
    for code, name, kind, parts in tree:
        division = Division(site=site, parent=parent, code=code, name=name, kind=kind)
        division.full_clean()
        division.save()
        _divisions(site, division, parts)
