"""The page behind the bell: one's own notices, newest first."""
from django.contrib import admin
from django.core.paginator import InvalidPage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.core.notifications.models import Notification
from apps.core.notifications.selectors import resolve
from apps.core.notifications.services import mark_read
from apps.kernel.admin.pages import CappedPaginator

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def notifications_view(request: HttpRequest) -> HttpResponse:
    """GET lists (`?unread=1`, `?p=2`); POST marks the notice `pk`, or every one when `pk` is "all", and comes back to the list."""
    if request.method == "POST":
        return _mark(request)
    rows = Notification.objects.visible_to(request.user).order_by("-pk")
    unread = request.GET.get("unread") == "1"
    pages = CappedPaginator(rows.filter(read_at=None) if unread else rows, PER_PAGE)
    try:
        page = pages.page(request.GET.get("p", 1))
    except InvalidPage as error:
        raise Http404(str(error)) from error
    return TemplateResponse(request, "notifications/page.html", {
        **admin.site.each_context(request), "title": _("Notifications"), "page": page, "unread": unread,
        "notices": resolve(request.user, page.object_list)})


def _mark(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("pk", "")
    if chosen != "all" and not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        raise Http404
    mark_read(request.user, None if chosen == "all" else [int(chosen)])
    return HttpResponseRedirect(request.get_full_path())
