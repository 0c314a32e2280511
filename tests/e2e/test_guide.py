"""The user guide, walked through by a person on the demonstration site: each of its pictures is taken here (docs/user/pictures)."""
import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from apps.core.factory.models import Site
from apps.core.iam.models import User
from apps.core.jobs.models import Job
from apps.core.jobs.services import run_here
from apps.kernel import demo
from apps.tiers.models import Company, DuplicateCandidate, Person
from apps.tiers.services import find_duplicates, set_portrait
from tests.e2e.conftest import DESKTOP, PASSWORD
from tests.e2e.test_register import follow

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
def guide(person, page, server, settings, tmp_path) -> Guide:
    settings.PRIVATE_ROOT = str(tmp_path)
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
    imports(guide, person, page)
    duplicates(guide, person, page)
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
    person.open(f"/admin/tiers/company/{company.pk}/timeline/")
    guide.take("chronologie")


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


SUPPLIERS = """Code;Raison sociale;SIREN;Pays;Ville;Effectif
F-001;Câblerie de l'Anse SARL;732829320;FR;Lorient;48
F-002;Ateliers Kermadec SAS;;FR;Brest;125
F-003;Transit du Ponant;;FR;Le Havre;31
""".encode()


def imports(guide, person, page):
    person.open("/admin/exchange/import/?preset=companies")
    guide.take("import-fichier")
    page.locator("#of-files").set_input_files({"name": "fournisseurs.csv", "mimeType": "text/csv", "buffer": SUPPLIERS})
    follow(person, page, page.get_by_role("button", name="Déposer"))
    guide.take("import-colonnes")
    follow(person, page, page.get_by_role("button", name="Contrôler"))
    finished(person, page)
    guide.take("import-essai")
    assert not Company.objects.filter(legal_name="Ateliers Kermadec SAS").exists()
    follow(person, page, page.get_by_role("button", name="Importer"))
    finished(person, page)
    guide.take("import-rapport")
    assert Company.objects.filter(legal_name="Ateliers Kermadec SAS").exists()
    person.open("/admin/jobs/job/")
    guide.take("taches")


def finished(person, page):
    """Do what the job's page waits for, and look at it again."""
    run_here(Job.objects.get(state="queued"))
    person.open(page.url)


def duplicates(guide, person, page):
    find_duplicates(kind="person")
    find_duplicates(kind="company")
    person.open("/admin/tiers/duplicatecandidate/")
    guide.take("doublons")
    pair = DuplicateCandidate.objects.filter(kind="person").order_by("-score").first()
    person.open(f"/admin/tiers/duplicatecandidate/{pair.pk}/change/")
    guide.take("doublon")
