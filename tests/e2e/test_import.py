"""TIE-20 as a person, in French: files, columns, the check, the import; what is wrong is told by line and leaves nothing behind."""
import pytest

from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import services
from apps.core.jobs.models import Job
from apps.tiers.models import Company
from tests.e2e.conftest import DESKTOP, PASSWORD, PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize("look", [("light", DESKTOP), ("dark", PHONE)], indirect=True, ids=["desktop", "dark phone"])
GOOD = "Fournisseur;Raison sociale;SIREN;Pays;Ville\nV1;Forages de l’Ouest;732829320;FR;Brest\nV2;Levage Atlantique;;FR;Nantes\n"
BAD = GOOD + "V2;Encore lui;;FR;Lyon\nV4;;;ZZ;Lyon\n"


@pytest.fixture
def ana(server, settings, tmp_path):
    """Somebody who may import companies."""
    settings.PRIVATE_ROOT = str(tmp_path)
    user = UserFactory(is_staff=True, language="fr", name="Ana Sousa", email="ana@example.org", password=PASSWORD)
    return holding(user, "tiers.add_company", "tiers.change_company", "tiers.view_company")


def send(person, page, data):
    """Choose the companies and a file of this text, and go on to its columns."""
    person.open("/admin/exchange/import/")
    page.get_by_role("radio", name="Sociétés", exact=True).check()
    page.get_by_label("Fichiers").set_input_files({"name": "fournisseurs.csv", "mimeType": "text/csv", "buffer": data.encode("cp1252")})
    person.inspect("import-files")
    with page.expect_navigation():
        page.get_by_role("button", name="Déposer et continuer").click()
    person.settle()


def work(person, page, button):
    """Press a button that starts a job, and let the job run."""
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    services.run_here(Job.objects.latest("pk"))
    page.reload()
    person.settle()


@LOOKS
def test_companies_come_in_from_a_file(person, page, ana):
    # given
    person.sign_in(ana)
    # when the file is sent, its columns are known by their French names but for one
    send(person, page, GOOD)
    chosen = page.get_by_role("combobox", name="SIREN est pris pour")
    assert chosen.locator("option:checked").inner_text() == "Numéro d’immatriculation"
    page.get_by_role("combobox", name="Fournisseur est pris pour").select_option(label="Clé dans l’autre système")
    person.inspect("import-columns")
    work(person, page, "Contrôler sans rien écrire")
    # then the check says what would come, and nothing is there yet
    report = page.locator(".of-job-report").inner_text()
    assert "Rien n’a encore été écrit" in report and Company.objects.count() == 0
    person.inspect("import-checked")
    work(person, page, "Importer maintenant")
    assert "Importé." in page.locator(".of-job-report").inner_text()
    person.inspect("import-done")
    assert set(Company.objects.values_list("legal_name", "created_by")) == {("Forages de l’Ouest", ana.pk), ("Levage Atlantique", ana.pk)}


@LOOKS
def test_what_is_wrong_is_told_by_line(person, page, ana):
    # given
    person.sign_in(ana)
    send(person, page, BAD)
    page.get_by_role("combobox", name="Fournisseur est pris pour").select_option(label="Clé dans l’autre système")
    # when
    work(person, page, "Contrôler sans rien écrire")
    # then
    rows = page.locator(".of-errors tbody tr").all()
    assert [row.locator("td").all_inner_texts()[1:3] for row in rows] == [["4", "Fournisseur"], ["5", "Raison sociale"], ["5", "Pays"]]
    assert page.get_by_role("button", name="Importer maintenant").count() == 0
    assert page.get_by_role("link", name="Télécharger errors.csv").count() == 1
    person.inspect("import-refused")
    assert Company.objects.count() == 0
