"""Charts on pages."""
from typing import Any

from django import template

from apps.kernel.charts import Drawing

register = template.Library()


@register.inclusion_tag("kernel/chart.html")
def chart(drawing: Drawing, level: int = 2) -> dict[str, Any]:
    """The chart with its table; `level` is that of its heading.."""
    return {"drawing": drawing, "level": level}
