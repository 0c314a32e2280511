"""The rows of a list page, drawn as Unfold draws them but in one pass: what is the same for every row is worked out once a page.

A page that uses what is not drawn here (fields edited in the list, popups, row actions, sections, dragging, decorated columns) is left to
Unfold."""
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Model
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from unfold.templatetags.unfold_list import CHECKBOX_CLASSES, LINK_CLASSES, ROW_CLASSES
from unfold.utils import display_for_field, display_for_value

Cell = Callable[[Any], Any]
DECORATIONS = ("label", "header", "dropdown")       # of a column, by Unfold's @display
OPTIONS = ("list_sections", "ordering_field")       # of a page
BODY = '<tbody class="block relative lg:table-row-group{}">'
LINE = ('<tr id="row-{}" class="data-row block border border-base-200 mb-3 relative rounded-default lg:table-row lg:border-none lg:mb-0 '
        'lg:rounded-none dark:border-base-800">')
STRIPE = " bg-base-50 dark:bg-white/[.02]"
NOWRAP = (models.DateField, models.TimeField, models.ForeignKey)


def plain(page: Any, actions: Any) -> bool:
    """Whether every column of the changelist `page` is one that is drawn here."""
    special = [page.formset, page.is_popup, page.to_field, actions, *(getattr(page.model_admin, name, None) for name in OPTIONS)]
    return not any(special) and not any(getattr(_callable(page, name), mark, None) for name in page.list_display for mark in DECORATIONS)


def rows(page: Any, headers: list[dict[str, Any]]) -> SafeString:
    """The table bodies of the page's records, with each cell's heading for narrow screens."""
    columns = list(_columns(page, headers))
    parts = []
    for place, record in enumerate(page.result_list):
        parts += [BODY.format(STRIPE if place % 2 else ""), LINE.format(int(record.pk))]
        for before, cell, after in columns:
            parts += [before, conditional_escape(cell(record)), after]
        parts.append("</tr></tbody>")
    return mark_safe("".join(parts))  # nosec B308 B703 # every cell was escaped above


def _columns(page: Any, headers: list[dict[str, Any]]) -> Iterator[tuple[str, Cell, str]]:
    """What stands before each cell, the cell of a record, and what stands after."""
    linked, links = False, page.list_display_links
    for name, header in zip(page.list_display, headers, strict=True):
        field = _field(page, name)
        cell = _field_cell(page, field) if field is not None else _called_cell(page, name)
        heading = _("Select record") if name == "action_checkbox" else header["text"]
        is_link = links is not None and (name in links or (not links and not linked))
        tag = "th" if is_link and not linked else "td"
        classes = CHECKBOX_CLASSES if name == "action_checkbox" else [
            f"field-{getattr(name, '__name__', name)}", *ROW_CLASSES, *(["nowrap"] if isinstance(field, NOWRAP) else [])]
        before, after = f'<{tag} class="{" ".join(classes)}" data-label="{escape(heading)}">', f"</{tag}>"
        if is_link:
            cell, linked = _link(page, cell), True
        yield before, cell, after


def _field(page: Any, name: Any) -> Any:
    """The model's own column of that name; None for what is computed, the automatic key among it, as Unfold has it."""
    try:
        field = page.lookup_opts.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if field.concrete and field.name == name and not (field.auto_created or field.many_to_many) else None


def _field_cell(page: Any, field: Any) -> Cell:
    empty = page.model_admin.get_empty_value_display()
    if field.many_to_one or field.one_to_one:
        return lambda record: empty if (value := getattr(record, field.name)) is None else value
    if field.choices:
        labels = dict(field.flatchoices)
        return lambda record: labels.get(getattr(record, field.attname), empty)
    return lambda record: display_for_field(getattr(record, field.attname), field, empty)


def _callable(page: Any, name: Any) -> Any:
    """The function, method or attribute a column that is no field names."""
    return name if callable(name) else getattr(page.model_admin, name, None) or getattr(page.model, name, None)


def _called_cell(page: Any, name: Any) -> Cell:
    source: Any = _callable(page, name)
    of_admin = callable(name) or hasattr(page.model_admin, name)
    empty = getattr(source, "empty_value_display", page.model_admin.get_empty_value_display())
    boolean = getattr(source, "boolean", False)

    def cell(record: Model) -> Any:
        value = source(record) if of_admin else getattr(record, name)
        return display_for_value(value() if callable(value) else value, empty, boolean)
    return cell


def _link(page: Any, cell: Cell) -> Cell:
    """The cell as a link to the record, from which one comes back to this list as it is."""
    classes, first = " ".join(LINK_CLASSES), page.result_list[0]
    filters = {"preserved_filters": page.preserved_filters, "opts": page.opts}
    # Resolving and preserving take longer than all else in the row, and differ by the key only.
    before, _key, after = add_preserved_filters(filters, page.url_for_result(first)).partition(f"/{first.pk}/")

    def link(record: Model) -> SafeString:
        address = escape(f"{before}/{record.pk}/{after}")
        return mark_safe(f'<a href="{address}" class="{classes}">{conditional_escape(cell(record))}</a>')  # nosec B308 B703 # escaped
    return link
