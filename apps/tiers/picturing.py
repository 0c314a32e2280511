"""What the pages with pictures share: the day they ask for, percentages as people read them, the frame around them."""
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.admin.links import pages_of
from apps.tiers.group import exact

PLACES = Decimal("0.00001")


class DayForm(forms.Form):
    """The day a picture shows; today without one."""
    on = forms.DateField(label=gettext_lazy("on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    @property
    def day(self) -> date:
        """The day asked for; today where none was, or none that can be read."""
        return getattr(self, "cleaned_data", {}).get("on") or timezone.localdate()


def asked(form: type[forms.Form], request: HttpRequest, **initial: Any) -> Any:
    """The form as the address fills it, checked; what is missing in the address is `initial`."""
    given = request.GET.copy()
    for name, value in initial.items():
        given.setdefault(name, value)
    bound = form(given)
    bound.is_valid()
    return bound


def percent(share: Fraction | Decimal | None) -> str:
    """A percentage in the reader's notation: exact up to five decimals, rounded once beyond; a dash for none."""
    if share is None:
        return "–"
    value = exact(share) if isinstance(share, Fraction) else share
    rounded = value if value == value.quantize(PLACES) else value.quantize(PLACES, ROUND_HALF_EVEN)
    return (_("%(share)s %%") % {"share": plain(rounded)}).replace(" ", "\u00a0")


def plain(value: Decimal) -> str:
    """A decimal in the reader's notation, without zeros that say nothing."""
    return str(number_format(value.normalize() if value != value.to_integral() else value.quantize(Decimal(1)), use_l10n=True))


def frame(request: HttpRequest, record: Model, title: str, here: str) -> dict[str, Any]:
    """The context of a page about a record: the admin's own, the title, the links to its other pages (`here` is this one's name)."""
    return {**admin.site.each_context(request), "title": title, "opts": record._meta, "original": record,
            "of_pages": pages_of(request.user, record), "of_here": here}


def seen(rows: Any, user: Any, pk: int) -> Any:
    """The record, if the reader may see it; Http404."""
    record = rows.visible_to(user).filter(pk=pk).first()
    if record is None:
        raise Http404
    return record
