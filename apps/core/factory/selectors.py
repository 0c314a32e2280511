"""What other modules may ask of sites and their positions."""
from apps.core.factory.geodesy import Position, distance_m, dms_text, ed50_to_wgs84, from_dms, position

__all__ = ["Position", "distance_m", "dms_text", "ed50_to_wgs84", "from_dms", "position"]
