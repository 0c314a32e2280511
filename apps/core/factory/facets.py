"""What other modules know of sites and offer to the map: a further filter, and a line about each site.

    site_facet(Facet("operator", _("operator"), options, narrow, about))"""
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Facet:
    """A filter of the map: what may be chosen (value, label), the sites that have the value, and a sentence about each of some sites.

    Each function is given the reader, and answers from what the reader is shown."""
    name: str
    label: Any
    options: Callable[[Any], list[tuple[str, str]]]
    narrow: Callable[[Any, Any, str], Any]
    about: Callable[[Any, Iterable[int]], dict[int, str]]


_FACETS: dict[str, Facet] = {}


def site_facet(facet: Facet) -> None:
    """Offer a facet; a second one of the same name is refused."""
    if facet.name in _FACETS:
        raise ValueError(f"the map has a facet {facet.name} already")
    _FACETS[facet.name] = facet


def site_facets() -> list[Facet]:
    """The facets, in the order they were offered."""
    return list(_FACETS.values())
