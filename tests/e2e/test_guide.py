"""The user guide, walked through by a person on the demonstration site: each of its pictures is taken here (docs/user/pictures)."""
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from apps.core.factory.models import Site
from apps.core.iam.models import User
from apps.kernel import demo
from apps.tiers.models import Company, Person
from apps.tiers.services import set_portrait
from tests.e2e.conftest import DESKTOP, PASSWORD

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "user"
PICTURES = GUIDE / "pictures"
NAMED = re.compile(r"\]\(pictures/([\w-]+)\.png\)")

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
taken: set[str] = set()


class Guide:
    """One person's way through the site; `take` keeps what the page shows under a name of the guide."""

    def __init__(self, person, page):
        self.person, self.page = person, page

    def take(self, name: str) -> None:
        self.person.settle()
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
        taken.add(name)


@pytest.fixture
def guide(person, page, server) -> Guide:
    demo.load(lambda title: None)
    return Guide(person, page)


def portrait() -> bytes:
    """A drawn face: nobody's."""
    out, face = BytesIO(), Image.new("RGB", (400, 500), "#9db4c0")
    face.paste("#e0c9a6", (120, 90, 280, 290))
    face.paste("#41566b", (60, 320, 340, 500))
    face.save(out, "PNG")
    return out.getvalue()


def test_the_guide_can_be_followed_and_every_picture_of_it_is_taken(guide, person, page):
    # given the demonstration, and its administrator
    chief = User.objects.get(email__startswith="oriane")
    chief.set_password(PASSWORD)
    chief.save()
    person.resize(DESKTOP)
    # when the guide is followed
    person.open("/admin/login/?next=/admin/")
    guide.take("connexion")
    person.sign_in(chief)
    guide.take("accueil")
    find(guide, person, page)
    companies(guide, person, page)
    people(guide, person, page, chief)
    pictures(guide, person, page)
    # then each picture that a page of the guide shows has been taken, and no other
    named = {name for path in GUIDE.glob("*.md") for name in NAMED.findall(path.read_text())}
    assert taken == named


def find(guide, person, page):
    page.keyboard.press("Control+k")
    page.keyboard.type("odysane")
    page.get_by_role("option").or_(page.locator(".of-palette a")).first.wait_for()
    guide.take("recherche")
    page.keyboard.press("Escape")
    person.open("/admin/tiers/company/?country__exact=FR")
    guide.take("liste")


def companies(guide, person, page):
    company = Company.objects.get(legal_name="Odyssane Levage SAS")
    person.open(f"/admin/tiers/company/{company.pk}/change/")
    guide.take("societe")
    person.open(f"/admin/tiers/company/{company.pk}/do/block/")
    page.locator("#id_reason").fill("Assurance non renouvelée malgré deux relances")
    guide.take("bloquer")
    with page.expect_navigation():
        page.get_by_role("button", name="Bloquer").click()
    person.open(f"/admin/tiers/company/{company.pk}/history/")
    assert "Assurance non renouvelée" in page.locator(".of-history").inner_text()
    guide.take("historique")


def people(guide, person, page, chief):
    somebody = Person.objects.filter(affiliations__isnull=False, user=None).order_by("pk").first()
    set_portrait(person=somebody, data=portrait(), actor=chief)
    person.open(f"/admin/tiers/person/{somebody.pk}/change/")
    page.locator(".of-portrait").wait_for()
    guide.take("personne")


def pictures(guide, person, page):
    group = Company.objects.get(legal_name="Groupe Odyssane SA")
    person.open(f"/admin/tiers/company/{group.pk}/group/")
    guide.take("groupe")
    person.open("/admin/factory/map/")
    guide.take("carte")
    person.open(f"/admin/factory/site/{Site.objects.get(code='ALC').pk}/ownership/")
    guide.take("detenteurs")
