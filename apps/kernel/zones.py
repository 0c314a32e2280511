"""Time zones by their IANA names."""
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def known_time_zone(name: str) -> None:
    """Refuse a name the IANA time zone database does not have."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone. Use an IANA name such as Europe/Paris."), "time_zone", {"name": name})
