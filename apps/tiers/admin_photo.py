"""TIE-07 in the back office: the photograph on a person's page, and the page that changes it."""
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.access import can
from apps.kernel.admin.refusals import reasons
from apps.kernel.admin.widgets import dressed
from apps.kernel.errors import BusinessError
from apps.tiers.api_photo import TYPES, picture
from apps.tiers.models import Person
from apps.tiers.services import portrait_of, remove_portrait, set_portrait

ACCEPTED = ",".join(TYPES)


class PhotoForm(forms.Form):
    """The picture to take."""
    photo = forms.FileField(label=gettext_lazy("Photograph"), widget=forms.FileInput(attrs={"accept": ACCEPTED}),
                            help_text=gettext_lazy("JPEG, PNG or WebP, 5 MB at most. Place and camera are removed from it."))


class HasPhoto:
    """A ModelAdmin of persons with their photograph."""
    admin_site: Any
    change_form_outer_before_template = "tiers/person_bar.html"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/photo/", wrap(self.photo_page), name="tiers_person_photo"),
                path("<int:pk>/photo.jpg", wrap(self.photo_view), name="tiers_person_photo_file"),
                *super().get_urls()]  # type: ignore[misc]  # a mixin's parent

    def action_buttons(self, request: HttpRequest, record: Any) -> list[dict[str, Any]]:
        found = super().action_buttons(request, record)  # type: ignore[misc]  # as above
        if can(request.user, "change", record):
            found.append({"label": _("Photograph"), "danger": False, "url": reverse("admin:tiers_person_photo", args=[record.pk]),
                          "reasons": []})
        return list(found)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any) -> HttpResponse:
        context["of_portrait"] = portrait_of(obj) if obj is not None else None
        response: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]  # as above
        return response

    def photo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The picture, for who may see the person."""
        return picture(_seen(request, pk), request.headers.get("If-None-Match", ""))

    def photo_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Choose another picture, or take it away."""
        person = _seen(request, pk)
        back, form = reverse("admin:tiers_person_change", args=[pk]), dressed(PhotoForm(request.POST or None, request.FILES or None))
        if request.method == "POST":
            try:
                if "_remove" in request.POST and remove_portrait(person=person, actor=request.user):
                    messages.success(request, _("The photograph is gone."))
                    return redirect(back)
                if form.is_valid():
                    set_portrait(person=person, data=form.cleaned_data["photo"].read(), actor=request.user)
                    messages.success(request, _("The photograph is in place."))
                    return redirect(back)
            except (BusinessError, PermissionDenied) as error:
                for reason in reasons(error):
                    form.add_error(None, str(reason.message))
        return TemplateResponse(request, "tiers/photo.html", {
            **self.admin_site.each_context(request), "title": _("Photograph of %(person)s") % {"person": person}, "opts": Person._meta,
            "person": person, "portrait": portrait_of(person), "form": form, "back": back})


def _seen(request: HttpRequest, pk: int) -> Person:
    person = Person.objects.visible_to(request.user).filter(pk=pk).first()
    if person is None:
        raise Http404
    return person
