"""The table of a list page."""
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.templatetags import unfold_list

from apps.kernel.admin.rows import plain, rows

register = template.Library()


@register.simple_tag(takes_context=True)
def opsflux_exports(context: Any, cl: Any) -> list[tuple[str, str]]:
    """The formats the list can be taken away in, each with its address."""
    return cl.model_admin.export_links(context["request"], cl) if hasattr(cl.model_admin, "export_links") else []


@register.simple_tag(takes_context=True)
def opsflux_result_list(context: Any, cl: Any) -> SafeString:
    """The headers and the rows: drawn by us where every column is a plain one, else by Unfold."""
    if not cl.result_list or not plain(cl, context.get("actions_row")):
        return render_to_string("admin/change_list_results.html", {**context.flatten(), **unfold_list.result_list(context, cl)})
    headers = list(unfold_list.result_headers(cl))
    return render_to_string("kernel/admin/result_list.html", {
        "cl": cl, "result_headers": headers, "rows": rows(cl, headers),
        "num_sorted_fields": sum(1 for header in headers if header["sortable"] and header["sorted"])})
