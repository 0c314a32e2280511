"""Names for what Unfold's lists leave unnamed: row checkboxes and fields edited in the list (WCAG 1.3.1, 4.1.2)."""
from functools import lru_cache
from typing import Any

from django.contrib.admin import display
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldBooleanWidget


@lru_cache(1)
def _checkbox() -> str:
    """A row's checkbox as the widget draws it, with places for its value and its label: a template for each row takes too long."""
    box = UnfoldBooleanWidget({"class": "action-select", "aria-label": "#label#"}, lambda value: False)
    return str(box.render(ACTION_CHECKBOX_NAME, "#value#"))


class LabelledList:
    """Mix in before Unfold's ModelAdmin."""

    @display(description=_("Select"))
    def action_checkbox(self, obj: Model) -> SafeString:
        """The row's checkbox, named after its record."""
        label = escape(_("Select %(record)s") % {"record": obj})
        return mark_safe(_checkbox().replace("#value#", str(int(obj.pk))).replace("#label#", label))  # nosec B308 B703 # escaped, a number

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[ModelForm]:
        """The row's form, each field named after its column and its record."""
        base: type[ModelForm] = super().get_changelist_form(request, **kwargs)  # type: ignore[misc]  # a mixin's parent

        class LabelledForm(base):  # type: ignore[misc,valid-type]  # made per admin, as Django does
            def __init__(self, *args: Any, **kwargs: Any) -> None:
                super().__init__(*args, **kwargs)
                for field in self.fields.values():
                    if not field.widget.is_hidden:
                        field.widget.attrs.setdefault("aria-label", f"{field.label}, {self.instance}")

        return LabelledForm
