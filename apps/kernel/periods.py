"""Periods of days: stored half-open [from, to), typed and shown with the last day included."""
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

DAY = timedelta(days=1)


def always() -> DateRange:
    """The period without bounds."""
    return DateRange(None, None, "[)")


def period(first: date | None, to: date | None) -> DateRange:
    """[first, to): `to` is the day after the last; None is open."""
    return DateRange(first, to, "[)")


def shown(value: DateRange | None) -> str:
    """The period for people, its last day included, in the reader's date format."""
    if value is None or value.isempty:
        return "–"
    first, last = value.lower, value.upper - DAY if value.upper else None
    if first and last:
        return _("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}
    if first:
        return _("since %(first)s") % {"first": _day(first)}
    return _("until %(last)s") % {"last": _day(last)} if last else _("always")


def _day(value: date) -> str:
    return date_format(value, "SHORT_DATE_FORMAT")


class PeriodWidget(forms.MultiWidget):
    """Two date inputs: first day and last day included."""
    template_name = "kernel/period_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                          "until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}, attrs)

    def decompress(self, value: DateRange | None) -> list[date | None]:
        if value is None:
            return [None, None]
        return [value.lower, value.upper - DAY if value.upper else None]


class PeriodFormField(forms.MultiValueField):
    """First and last day, both optional; cleaned to a half-open DateRange."""
    widget = PeriodWidget

    def __init__(self, **kwargs: Any) -> None:
        for surplus in ("default_bounds", "base_field", "range_type"):
            kwargs.pop(surplus, None)
        fields = (forms.DateField(required=False, label=gettext_lazy("from")), forms.DateField(required=False, label=gettext_lazy("until")))
        super().__init__(fields=fields, require_all_fields=False, **{**kwargs, "required": False})

    def compress(self, data_list: list[date | None]) -> DateRange:
        first, last = data_list or (None, None)
        if first and last and last < first:
            raise ValidationError(_("The last day lies before the first."), "period_order")
        return period(first, last + DAY if last else None)


class PeriodField(DateRangeField):
    """A daterange column [from, to), never empty; its form shows the last day included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", always)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PeriodFormField, "show_hidden_initial": False, **kwargs})
