"""TIE-07: the photograph of a person, in the back office and by REST."""
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.testing.api import caller
from apps.tiers.models import Person, Portrait
from apps.tiers.services import merge, portrait_of, set_portrait, undo
from apps.tiers.tests.factories import PersonFactory

pytestmark = pytest.mark.django_db


def photo(colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", (600, 800), colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def keeper():
    return holding(UserFactory(is_staff=True), "tiers.view_person", "tiers.change_person", "tiers.merge_person", "tiers.view_merge")


@pytest.fixture
def reader():
    return holding(UserFactory(is_staff=True), "tiers.view_person")


def put(user, person, data=None, kind="image/jpeg", **headers):
    where, body = f"/api/v1/tiers/persons/{person.pk}/photo/", photo() if data is None else data
    return caller(user).generic("PUT", where, body, kind, headers=headers)


def test_TIE_07_a_photograph_is_put_read_replaced_and_removed(keeper, reader):
    person, address = PersonFactory(), "/api/v1/tiers/persons/{}/photo/"
    # when a first one is put
    first = put(keeper, person)
    # then who sees the person reads it, as a JPEG of at most 512 pixels
    assert first.status_code == 204
    shown = caller(reader).get(address.format(person.pk))
    assert (shown["Content-Type"], shown["ETag"]) == ("image/jpeg", first["ETag"])
    assert Image.open(BytesIO(shown.content)).size == (384, 512)
    assert caller(reader).get(address.format(person.pk), headers={"If-None-Match": first["ETag"]}).status_code == 304
    # and a second replaces it only for who read the first
    assert put(keeper, person, photo("blue")).status_code == 428
    stale = put(keeper, person, photo("blue"), **{"If-Match": '"999999"'})
    assert (stale.status_code, stale.json()["version"]) == (412, Portrait.objects.get().pk)
    second = put(keeper, person, photo("blue"), **{"If-Match": first["ETag"]})
    assert second.status_code == 204 and Portrait.objects.count() == 1
    # and it can be taken away
    assert caller(keeper).delete(address.format(person.pk), headers={"If-Match": second["ETag"]}).status_code == 204
    assert caller(reader).get(address.format(person.pk)).status_code == 404


def test_TIE_07_who_may_not_change_the_person_changes_no_photograph(reader):
    person = PersonFactory()

    assert put(reader, person).status_code == 403
    assert put(UserFactory(), person).status_code == 404
    assert not Portrait.objects.exists()


def test_TIE_07_what_is_no_picture_is_refused(keeper):
    person = PersonFactory()

    assert (put(keeper, person, b"no picture").json()["code"]) == "not_a_picture"
    assert put(keeper, person, b"{}", "application/json").status_code == 415
    assert put(keeper, person, b"\0" * (6 * 1024 * 1024)).status_code == 413
    assert not Portrait.objects.exists()


def test_TIE_07_the_photograph_of_a_hidden_person_is_not_there(keeper):
    person = PersonFactory()
    set_portrait(person=person, data=photo(), actor=keeper)

    assert caller(UserFactory()).get(f"/api/v1/tiers/persons/{person.pk}/photo/").status_code == 404


def test_TIE_07_the_photograph_stands_on_the_persons_page(client, keeper):
    # given a person with a photograph sent through the form
    person = PersonFactory()
    client.force_login(keeper)
    page = reverse("admin:tiers_person_photo", args=[person.pk])
    sent = client.post(page, {"photo": SimpleUploadedFile("p.jpg", photo(), "image/jpeg")})
    # then the person's page shows it
    assert sent.url == reverse("admin:tiers_person_change", args=[person.pk])
    file = reverse("admin:tiers_person_photo_file", args=[person.pk])
    assert file in client.get(sent.url).content.decode()
    assert client.get(file)["Content-Type"] == "image/jpeg"
    # and what is no picture is refused where it was chosen
    refused = client.post(page, {"photo": SimpleUploadedFile("p.svg", b"<svg/>", "image/svg+xml")})
    assert "JPEG" in refused.context["form"].non_field_errors()[0]
    assert client.post(page, {"_remove": "1"}).status_code == 302
    assert client.get(file).status_code == 404


def test_TIE_07_history_keeps_no_picture(keeper):
    person = PersonFactory()
    set_portrait(person=person, data=photo(), actor=keeper)

    assert "content" not in {field.name for field in Portrait.versions.rel.related_model._meta.get_fields()}
    assert Person.objects.get(pk=person.pk).version == 2      # the person is a new version all the same


def test_TIE_07_TIE_19_a_merge_moves_the_photograph_and_undoing_brings_it_back(keeper):
    kept, gone = PersonFactory(), PersonFactory()
    set_portrait(person=kept, data=photo("red"), actor=keeper)
    shown = set_portrait(person=gone, data=photo("blue"), actor=keeper)

    done = merge(kind="person", survivor=kept, loser=gone, actor=keeper)
    assert portrait_of(kept) == shown

    undo(merge=done, actor=keeper)
    assert portrait_of(kept).pk != shown.pk and portrait_of(gone) == shown
