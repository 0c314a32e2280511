"""Code lists as a person: found in their own words, filtered by use, kept by those who may, only read by the others."""
import pytest

from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.reference.models import Country
from apps.core.reference.services import load
from apps.core.reference.tests.factories import AirfieldFactory, HelipadFactory, LocodeFactory
from tests.e2e.conftest import DESKTOP, PASSWORD, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])


@pytest.fixture
def places(server):
    load()
    norway, france = Country.objects.get(alpha_2="NO"), Country.objects.get(alpha_2="FR")
    LocodeFactory(country=norway, code="NOSVG", name="Stavanger", subdivision="NO-11", functions=["port", "rail", "road", "airport"],
                  approval="AI", latitude="58.966667", longitude="5.750000", source_position="5858N 00545E")
    LocodeFactory(country=norway, code="NOFRO", name="Florø", functions=["port"], approval="RL")
    LocodeFactory(country=france, code="FRLEH", name="Le Havre", functions=["port", "rail", "road", "airport", "postal"], approval="AF")
    LocodeFactory(country=france, code="FRAAB", name="Arbois", functions=["road"], approval="RQ")
    AirfieldFactory(country=norway, ident="ENZV", iata="SVG", name="Stavanger Airport Sola", municipality="Stavanger", elevation=29)
    HelipadFactory(airfield="ENZV", length=66, width=66, surface="ASPH")


@LOOKS
def test_places_are_found_filtered_and_read(person, page, superuser, places, look):
    # given
    person.sign_in(superuser)
    name = "phone" if look["viewport"]["width"] < 400 else "desktop"
    # when the list is opened
    person.open("/admin/reference/locode/")
    person.inspect(f"locode-list-{name}")
    assert "port maritime" in page.locator("#result_list").inner_text()
    # when it is searched without the accent, it is found
    person.open("/admin/reference/locode/?q=floro")
    assert page.locator("#result_list tbody tr.data-row").count() == 1
    # when only rail terminals are asked for
    person.open("/admin/reference/locode/?function=rail")
    assert {text.split()[0] for text in page.locator("#result_list tbody th").all_inner_texts()} == {"Le", "Stavanger"}
    # then the record shows its functions ticked
    page.get_by_role("link", name="Stavanger").first.click()
    person.settle()
    assert page.locator("input[name=functions]:checked").count() == 4
    person.inspect(f"locode-form-{name}")


def test_countries_stand_in_the_readers_order(person, page, superuser, places):
    # given
    person.sign_in(superuser)
    # when
    person.open("/admin/reference/country/?q=all")
    # then they are named and sorted in French
    names = [text.strip() for text in page.locator("#result_list tbody th").all_inner_texts()]
    assert names == ["Allemagne", "Îles Marshall", "Wallis-et-Futuna"]
    person.open("/admin/reference/country/")
    person.inspect("country-list")
    for app in ("currency/?use=now", "subdivision/", "airfield/", "helipad/"):
        person.open(f"/admin/reference/{app}")
        person.inspect(f"reference-{app.split('/')[0]}")


def test_who_may_only_read_is_not_offered_to_write(person, page, places, server):
    # given
    reader = UserFactory(is_staff=True)
    reader.set_password(PASSWORD)
    reader.save()
    holding(reader, "reference.view_locode", "reference.view_country")
    person.sign_in(reader)
    # when
    person.open("/admin/reference/locode/?q=stavanger")
    # then
    assert page.get_by_role("link", name="Ajouter").count() == 0
    page.get_by_role("link", name="Stavanger").first.click()
    person.settle()
    assert page.locator("button[name=_save]").count() == 0
    assert "NO-11" in page.locator("#content").inner_text()
    person.inspect("locode-read")
