"""ResourceAdmin: the pages of a resource. A normal one names its columns and filters; everything else comes from here."""
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, models, transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.kernel.admin.changelist import ResourceList
from apps.kernel.admin.door import DoorAdmin, DoorPermissions
from apps.kernel.admin.exporting import Exports
from apps.kernel.admin.labels import LabelledList
from apps.kernel.admin.lines import LineFormSet
from apps.kernel.admin.links import pages_of
from apps.kernel.admin.pages import CappedPaginator
from apps.kernel.admin.refusals import RefusableForm, ShowsRefusals
from apps.kernel.admin.stale import VersionedForm
from apps.kernel.admin.transitions import HasActions
from apps.kernel.bases import Tracked
from apps.kernel.errors import Conflict
from apps.kernel.models import IdempotencyKey
from apps.kernel.timeline import timeline

SUBMIT = "_submit"
RESEMBLING = 200        # records: to compare a whole table with a typing error takes seconds
SAVE_AND_NEXT = {"action_name": "_savenext", "description": gettext_lazy("Save and next"), "attrs": {"name": "_savenext"}}


class ResourceForm(RefusableForm, VersionedForm):
    """The form of a resource: refuses stale and doubled submissions, shows refusals, keeps what was typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.fields[SUBMIT] = forms.CharField(widget=forms.HiddenInput, required=False, initial=lambda: uuid4().hex, max_length=64)


class LineInline(DoorPermissions, TabularInline):
    """The lines of a record, judged by the record's rights."""
    formset = LineFormSet
    extra = 0
    show_change_link = False
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        manager: Any = self.model._default_manager
        return manager.visible_to(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._of_parent(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._of_parent(request, "change" if obj and obj.pk else "add", obj)

    has_change_permission = has_delete_permission = has_add_permission

    def _of_parent(self, request: HttpRequest, action: str, obj: Any) -> bool:
        parent = self.admin_site.get_model_admin(self.parent_model)
        return bool(parent._asked(request, action, obj))

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return references(self.model, self.admin_site, declared=self.autocomplete_fields)


def references(model: type[Model], site: Any, declared: Any = ()) -> list[str]:
    """The references of a model that are found while typing: all whose target has a searchable page."""
    found = [field.name for field in model._meta.get_fields() if (field.many_to_one or field.one_to_one) and field.concrete
             and site.is_registered(field.related_model) and site.get_model_admin(field.related_model).search_fields]
    return [*declared, *(name for name in found if name not in declared)]


class ResourceAdmin(Exports, HasActions, ShowsRefusals, DoorAdmin, LabelledList, ModelAdmin):
    """List, form, deletion, history and actions of one resource, behind the door."""
    form = ResourceForm
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = False
    list_per_page = 50
    list_filter_submit = True
    list_disable_select_all = True
    compressed_fields = True
    object_history_template = "kernel/admin/history.html"
    list_before_template = "kernel/admin/list_bar.html"
    change_form_outer_before_template = "kernel/admin/record_bar.html"
    in_menu = True
    sorted_by: ClassVar[dict[str, str]] = {}        # column shown -> the column it sorts by, where that is another

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ResourceList]:
        return ResourceList

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return references(self.model, self.admin_site, declared=self.autocomplete_fields)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """What holds every word; when nothing does, some of what resembles the whole (typing errors are forgiven)."""
        if getattr(request, "of_near", False):
            return self.resembling(request, queryset, search_term), False
        found, distinct = super().get_search_results(request, queryset, search_term)
        if not getattr(request, "of_list", False) and self.forgives(request, search_term) and not found.order_by().values("pk")[:1]:
            return self.resembling(request, queryset, search_term), distinct
        return found, distinct      # a list counts first, and asks again where nothing was found

    def forgives(self, request: HttpRequest, search_term: str) -> str:
        """The look-up that forgives typing errors in this text; "" where there is none."""
        near = [name for name in self.get_search_fields(request) if name.endswith("__holds")] if len(search_term) >= 4 else []
        return near[0].replace("__holds", "__resembles") if near else ""

    def resembling(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> QuerySet:
        """The first of the rows that resemble the text."""
        near = queryset.order_by().filter(**{self.forgives(request, search_term): search_term})
        return queryset.filter(pk__in=near.values("pk")[:RESEMBLING])

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, ArrayField):
            kwargs.setdefault("widget", UnfoldAdminTextInputWidget)
            kwargs.setdefault("help_text", db_field.help_text or _("Separate with commas."))
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # -- forms ---------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        token = form.cleaned_data.pop(SUBMIT, "")
        if token and not change:
            try:
                with transaction.atomic():
                    IdempotencyKey.objects.create(user_id=request.user.pk, route=request.path[:200], key=token, status=302, body=b"")
            except IntegrityError as error:
                raise Conflict("sent_twice", _("This form was already sent, and the record was saved the first time.")) from error
        super().save_model(request, obj, form, change)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], add: bool = False, change: bool = False,
                           form_url: str = "", obj: Any = None) -> HttpResponse:
        if obj is not None and not add:
            form = context["adminform"].form
            context |= {"of_buttons": self.action_buttons(request, obj), "of_pages": pages_of(request.user, obj),
                        "of_status": obj.get_status_display() if hasattr(obj, "status") else "",
                        "of_differences": getattr(form, "differences", ())}
            if self.has_change_permission(request, obj):
                context["actions_submit_line"] = [*context.get("actions_submit_line", ()), SAVE_AND_NEXT]
        context["show_history"] = issubclass(self.model, Tracked)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        if "_savenext" in request.POST and object_id:
            # Where the list it came from cannot be read, saving still works.
            with suppress(ValueError, IncorrectLookupParameters, SuspiciousOperation):
                request.of_next = self._following(request, unquote(object_id))  # type: ignore[attr-defined]  # for response_change
        return super().changeform_view(request, object_id, form_url, extra_context)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        following = getattr(request, "of_next", None)
        response = self._at_row(super().response_change(request, obj), obj.pk)
        if following is None or not isinstance(response, HttpResponseRedirect):
            return response
        query = request.GET.urlencode()
        address = reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[following])
        return redirect(f"{address}?{query}" if query else address)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._at_row(super().response_add(request, obj, post_url_continue), obj.pk)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        following = None
        if request.method == "POST":
            with suppress(ValueError, IncorrectLookupParameters, SuspiciousOperation):
                following = self._following(request, unquote(object_id))
        return self._at_row(super().delete_view(request, object_id, extra_context), following)

    def _at_row(self, response: HttpResponse, pk: Any) -> HttpResponse:
        """Back on the list, on this record's row (the one after it, of what was deleted)."""
        if pk and isinstance(response, HttpResponseRedirect) and urlsplit(response.url).path == reverse(
                f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"):
            response["Location"] += f"#row-{pk}"
        return response

    def _following(self, request: HttpRequest, pk: str) -> Any:
        """The key after `pk` in the list the user came from, filters and order kept; None at its end."""
        asked = HttpRequest()
        asked.user, asked.method, asked.session, asked.META = request.user, "GET", request.session, request.META
        query = QueryDict(request.GET.get("_changelist_filters", ""), mutable=True)
        for attempt in range(2):
            asked.GET = query.copy()  # type: ignore[assignment]  # Django itself assigns mutable ones
            keys = [str(row.pk) for row in self.get_changelist_instance(asked).result_list]
            if attempt:     # the page after the one that ended with it; a list of one page shows that one again
                return keys[0] if keys and pk not in keys else None
            if pk not in keys:
                return None
            if pk != keys[-1]:
                return keys[keys.index(pk) + 1]
            query[PAGE_VAR] = str(int(query.get(PAGE_VAR, "1") or 1) + 1)
        return None

    # -- history -------------------------------------------------------------------------------------------------------

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what, when and why, from the versions the database keeps."""
        record = self.get_object(request, unquote(object_id))
        if record is None or not isinstance(record, Tracked):
            raise Http404
        return TemplateResponse(request, self.object_history_template, {
            **self.admin_site.each_context(request), "title": _("History of %(record)s") % {"record": record}, "opts": self.opts,
            "original": record, "entries": timeline(record, request.user), **(extra_context or {})})
