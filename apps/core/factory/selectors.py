"""What other modules may ask of sites and their positions, and offer to the map of sites."""
from apps.core.factory.facets import Facet, site_facet
from apps.core.factory.geodesy import Position, distance_m, dms_text, ed50_to_wgs84, from_dms, position

__all__ = ["Facet", "Position", "distance_m", "dms_text", "ed50_to_wgs84", "from_dms", "position", "site_facet"]
