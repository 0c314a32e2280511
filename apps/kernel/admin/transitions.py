"""Actions in the admin: a button for each on the record, refused ones with their reasons, and the same on several rows of a list."""
from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.kernel.access import may
from apps.kernel.actions import Action, actions_of
from apps.kernel.admin.refusals import REFUSED, reasons
from apps.kernel.admin.widgets import dressed


class HasActions:
    """A ModelAdmin with its model's declared actions."""
    model: type[Model]
    admin_site: Any

    def get_urls(self) -> list[Any]:
        label = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        wrap = self.admin_site.admin_view
        own = [path(f"<int:pk>/do/{action.name}/", wrap(partial(self.action_view, action=action)), name=f"{label}_{action.name}")
               for action in actions_of(self.model).values()]
        return own + super().get_urls()  # type: ignore[misc]  # a mixin's parent

    def action_buttons(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        """For each action whose source the record is in: its address, and the reasons that refuse it now."""
        label = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}"
        came_from = f"?{request.GET.urlencode()}" if request.GET else ""      # the list, as it was
        return [{"label": action.label, "danger": action.destructive,
                 "url": reverse(f"{label}_{action.name}", args=[record.pk]) + came_from,
                 "reasons": [str(reason.message) for reason in action.refusals(request.user, record)]}
                for action in actions_of(self.model).values() if record.status in action.source]

    def action_view(self, request: HttpRequest, pk: int, action: Action) -> HttpResponse:
        """Ask for what the action needs and for the go-ahead; then do it and come back to the record."""
        manager: Any = self.model._default_manager
        record = manager.visible_to(request.user).filter(pk=pk).first()
        if record is None:
            raise Http404
        back = reverse(f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_change", args=[pk])
        back += f"?{request.GET.urlencode()}" if request.GET else ""
        form = dressed(action.form(request.POST or None))
        if request.method == "POST" and form.is_valid():
            version = request.POST.get("_version", "")
            try:
                action.run(request.user, pk, form.cleaned_data, int(version) if version.isdigit() else None)
            except REFUSED as error:
                for reason in reasons(error):
                    form.add_error(reason.field if reason.field in form.fields else None, str(reason.message))
            else:
                messages.success(request, _("%(action)s: done for “%(record)s”.") % {
                    "action": capfirst(str(action.label)), "record": record})
                return redirect(back)
        refused = [str(reason.message) for reason in action.refusals(request.user, record)] if request.method != "POST" else []
        return self._ask(request, action, form, [record], back, {"version": record.version, "refused": refused})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)  # type: ignore[misc]  # as above
        for action in actions_of(self.model).values():
            if may(request.user, action.right, self.model):
                found[f"do_{action.name}"] = (self._bulk(action), f"do_{action.name}", action.label)
        return found

    def _bulk(self, action: Action) -> Callable[..., HttpResponse | None]:
        def run(_admin: Any, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
            form = dressed(action.form(request.POST if "_confirmed" in request.POST else None))
            back = request.get_full_path()
            if "_confirmed" in request.POST and form.is_valid():
                try:
                    done = action.run_many(request.user, queryset.values_list("pk", flat=True), form.cleaned_data)
                except REFUSED as error:
                    for reason in reasons(error):
                        form.add_error(None, str(reason.message))
                else:
                    messages.success(request, ngettext("%(action)s: done for %(count)d record.", "%(action)s: done for %(count)d records.",
                                                       len(done)) % {"action": capfirst(str(action.label)), "count": len(done)})
                    return redirect(f"{back}#row-{done[0].pk}" if done else back)
            return self._ask(request, action, form, list(queryset), back, {"selected_name": ACTION_CHECKBOX_NAME})
        return run

    def _ask(self, request: HttpRequest, action: Action, form: Any, records: list[Any], back: str, extra: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(request, "kernel/admin/action.html", {
            **self.admin_site.each_context(request), "title": capfirst(str(action.label)), "action": action, "form": form,
            "records": records, "back": back, "opts": self.model._meta, **extra})
