"""JOB-02 in the back office: the list of jobs, and the page on which one is watched, stopped, read and repeated."""
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from apps.core.jobs import admin_pages
from apps.core.jobs.models import Job
from apps.core.jobs.registry import KINDS, kind_title
from apps.core.jobs.selectors import lasting
from apps.kernel.admin.filters import ChoicesDropdownFilter, ReferenceFilter
from apps.kernel.admin.resource import ResourceAdmin


class KindFilter(DropdownFilter):
    """Jobs of one kind."""
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((name, kind_title(name)) for name in KINDS), key=lambda pair: pair[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ResourceAdmin):
    icon = "pending_actions"
    list_display = ("title", "kind_of_work", "state", "percent", "author", "started_at", "lasted")
    list_select_related = ("author", "progress")
    list_filter = (("state", ChoicesDropdownFilter), KindFilter, ("author", ReferenceFilter))
    search_fields = ("title__holds",)

    def get_urls(self) -> list[Any]:
        wrap, pages = self.admin_site.admin_view, admin_pages
        own = [("cancel", pages.cancel_view), ("retry", pages.retry_view), ("progress", pages.progress_view), ("file", pages.file_view)]
        return [*(path(f"<int:pk>/{name}/", wrap(view), name=f"jobs_job_{name}") for name, view in own), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return admin_pages.job_view(request, object_id)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changes = super().get_changelist_instance(request)
        admin_pages.name_reader(request.user, changes.result_list)
        return changes

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_of_work(self, job: Job) -> str:
        return kind_title(job.kind)

    @admin.display(description=gettext_lazy("progress"))
    def percent(self, job: Job) -> str:
        progress = getattr(job, "progress", None)
        percent = progress.percent if progress and job.started_at else None
        return "–" if percent is None else _("%(percent)s %%") % {"percent": percent}

    @admin.display(description=gettext_lazy("duration"))
    def lasted(self, job: Job) -> str:
        return lasting(job.duration) or "–"
