"""TIE-19 in the back office: what is like the name being typed, merging two records, undoing a merge, settling pairs."""
from typing import Any

from django import forms
from django.apps import apps
from django.contrib import messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.access import can
from apps.kernel.admin.refusals import reasons
from apps.kernel.errors import BusinessError
from apps.tiers.models import Address, Merge
from apps.tiers.services import merge, preview_merge, similar_companies, similar_persons, undo

ADDRESS = ("country", "postcode", "city", "lines")
ADDRESSES = 10      # of a form, compared while it is filled in


def named_tables(counts: dict[str, int]) -> dict[str, int]:
    """Counts by table, the tables named as people know them."""
    names = {model._meta.db_table: str(model._meta.verbose_name_plural).capitalize() for model in apps.get_models()}
    return {names.get(table, table): count for table, count in counts.items()}


class MergeForm(forms.Form):
    """The record that goes."""
    other = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Record that becomes part of this one"))

    def __init__(self, *args: Any, rows: QuerySet, site: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["other"]
        chosen.widget = AutocompleteSelect(rows.model._meta.get_field("merged_into"), site,
                                           attrs={"class": "unfold-admin-autocomplete admin-autocomplete"})
        chosen.queryset = rows


class Mergeable:
    """A ModelAdmin of companies or persons: the address of a merged record leads to the one that was kept."""
    model: Any
    admin_site: Any
    kind = ""
    watched: tuple[str, ...] = ()       # while these are typed, the page shows what may be the same

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin's parent
        if db_field.name in self.watched:
            found = resolve(request.path_info).kwargs.get("object_id", "")
            field.widget.attrs |= {"data-of-similar": self.address("similar"), "data-of-watched": " ".join(self.watched),
                                   "data-of-known": found, "data-of-text": str(_("May already be there:"))}
            if self.kind == "company":      # its addresses speak too
                prefix = Address._meta.get_field("company").remote_field.get_accessor_name()  # type: ignore[union-attr]  # a foreign key
                field.widget.attrs["data-of-addresses"] = prefix
        return field

    def address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:tiers_{self.kind}_{name}", args=args)

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/merge/", wrap(self.merge_view), name=f"tiers_{self.kind}_merge"),
                path("similar/", wrap(self.similar_view), name=f"tiers_{self.kind}_similar"),
                *super().get_urls()]  # type: ignore[misc]  # a mixin's parent

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows: QuerySet = super().get_queryset(request).current()  # type: ignore[misc]  # as above
        return rows

    def changeform_view(self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None) -> Any:
        moved = self.model.objects.visible_to(request.user).filter(pk=object_id, merged_into__isnull=False).first() \
            if object_id and object_id.isdigit() else None
        if moved is not None:
            messages.info(request, _("“%(record)s” was merged into this record.") % {"record": moved})
            return HttpResponsePermanentRedirect(self.address("change", moved.merged_into_id))
        return super().changeform_view(request, object_id, form_url, extra_context)  # type: ignore[misc]  # as above

    def action_buttons(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = super().action_buttons(request, record)  # type: ignore[misc]  # as above
        if can(request.user, "merge", record):
            found.append({"label": _("Merge"), "danger": False, "url": self.address("merge", record.pk), "reasons": []})
        return list(found)

    def merge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose the other record, look at what would move and what prevents it, then merge."""
        rows = self.model.objects.visible_to(request.user).current()
        survivor = rows.filter(pk=pk).first()
        if survivor is None:
            raise Http404
        asked = request.POST or request.GET
        form = MergeForm(asked if asked.get("other") else None, rows=rows.exclude(pk=pk), site=self.admin_site)
        preview = None
        if form.is_bound and form.is_valid():
            loser = form.cleaned_data["other"]
            try:
                preview = preview_merge(kind=self.kind, survivor=survivor, loser=loser, actor=request.user)
                if request.method == "POST" and "_confirmed" in request.POST:
                    merge(kind=self.kind, survivor=survivor, loser=loser, actor=request.user)
                    messages.success(request, _("“%(loser)s” is now part of “%(survivor)s”. It can be undone for 30 days.") % {
                        "loser": loser, "survivor": survivor})
                    return redirect(self.address("change", pk))
            except (BusinessError, PermissionDenied) as error:
                for reason in reasons(error):
                    form.add_error(None, str(reason.message))
        return TemplateResponse(request, "tiers/merge.html", {
            **self.admin_site.each_context(request), "title": _("Merge into %(record)s") % {"record": survivor}, "opts": self.model._meta,
            "survivor": survivor, "form": form, "preview": preview, "moved": named_tables(preview.moved) if preview else {},
            "dropped": named_tables(preview.dropped) if preview else {}, "media": form.media, "back": self.address("change", pk)})

    def similar_view(self, request: HttpRequest) -> JsonResponse:
        """`?legal_name=…&known=key` (persons: given, family; companies also `country`, `postcode`, `city`, `lines`, repeated for each
        address) → what may be the same, with its page."""
        given = request.GET
        known = self.model.objects.visible_to(request.user).filter(pk=given["known"]).first() if given.get("known", "").isdigit() else None
        if self.kind == "company":
            found = similar_companies(user=request.user, name=given.get("legal_name", "")[:250], addresses=typed_addresses(given),
                                      known=known)
        else:
            found = similar_persons(user=request.user, given=given.get("given", "")[:120], family=given.get("family", "")[:120],
                                    known=known)
        return JsonResponse({"similar": [{"name": str(one.record), "url": self.address("change", one.record.pk),
                                          "score": round(float(one.score), 2) if one.score else None} for one in found.found]})


def typed_addresses(given: QueryDict) -> list[dict[str, str]]:
    """The addresses of a form that is still being filled in."""
    columns = [[text[:500] for text in given.getlist(name)[:ADDRESSES]] for name in ADDRESS]
    return [dict(zip(ADDRESS, one, strict=True)) for one in zip(*columns, strict=False)]


def undo_view(site: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then make two records of one again."""
    done = Merge.objects.visible_to(request.user).filter(pk=pk).first()
    if done is None:
        raise Http404
    back, refused = reverse("admin:tiers_merge_change", args=[pk]), []
    if request.method == "POST":
        try:
            done = undo(merge=done, actor=request.user)
        except (BusinessError, PermissionDenied) as error:
            refused = [str(reason.message) for reason in reasons(error)]
        else:
            messages.success(request, _("The merge is undone."))
            return redirect(back)
    return TemplateResponse(request, "tiers/undo.html", {
        **site.each_context(request), "title": _("Undo the merge"), "opts": Merge._meta, "merge": done, "refused": refused, "back": back})
