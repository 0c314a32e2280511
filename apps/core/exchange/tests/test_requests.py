"""Imports as people ask for them: the pages, the API, the job with its report; who may, and what is kept for how long."""
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.core.exchange import uploads
from apps.core.exchange.models import ChosenMapping, ImportRun
from apps.core.exchange.services import forget_old, receive, start_import
from apps.core.exchange.tests.samples import ROLES
from apps.core.iam.models import Role
from apps.core.iam.tests.factories import UserFactory, holding
from apps.core.jobs import files
from apps.core.jobs.models import Job
from apps.core.jobs.services import run_here
from apps.kernel.errors import Invalid
from apps.kernel.presets import PRESETS
from apps.kernel.testing.api import caller, faults

pytestmark = pytest.mark.django_db
GOOD, BAD = b"code;name\nhelm;Pilotage\n", b"code;name\nhelm;Pilotage\n;x\n"
URL = "/api/v1/exchange/imports/"


@pytest.fixture(autouse=True)
def private(settings, tmp_path):
    """A private folder of the test's own, and a preset that needs roles' rights."""
    settings.PRIVATE_ROOT = str(tmp_path)
    PRESETS[ROLES.name] = ROLES
    yield tmp_path
    del PRESETS[ROLES.name]


@pytest.fixture
def keeper():
    """Somebody of the back office who may import roles."""
    return holding(UserFactory(is_staff=True, language="en"), "iam.add_role", "iam.change_role")


@pytest.fixture
def browser(keeper):
    found = Client(headers={"accept-language": "en"})
    found.force_login(keeper)
    return found


def upload(data=GOOD, name="roles.csv"):
    return SimpleUploadedFile(name, data)


def asked(keeper, data=GOOD, **options):
    return receive(author=keeper, preset=ROLES.name, files=[upload(data)], options=options)


def done(run, *, dry_run=False):
    return run_here(start_import(run=run, dry_run=dry_run))


def named():
    return set(Role.objects.filter(code__in=("helm", "deck")).values_list("code", "name"))


def test_check_then_import_as_a_person_does(browser, keeper):
    """Upload, columns, check, import: each page leads to the next, and nothing is written before the last."""
    # given
    assert "Roles" in browser.get("/admin/exchange/import/").content.decode()
    # when
    page = browser.post("/admin/exchange/import/", {"preset": ROLES.name, "files": upload(b"what;label\nhelm;Pilotage\n")})
    run = ImportRun.objects.get()
    assert page.url == f"/admin/exchange/import/{run.uuid}/"
    shown = browser.get(page.url).content.decode()
    assert "Pilotage" in shown and "Still needed:" in shown
    wrong = browser.post(page.url, {"column-0-0": "code", "column-0-1": ""})
    assert wrong.status_code == 200 and "These columns are missing" in wrong.content.decode()
    checked = browser.post(page.url, {"column-0-0": "code", "column-0-1": "name", "dates": "dmy"})
    job = run_here(Job.objects.get())
    # then
    assert checked.url == f"/admin/jobs/job/{job.pk}/change/"
    report = browser.get(checked.url).content.decode()
    assert "Nothing was written yet" in report and f"/admin/exchange/import/{run.uuid}/start/" in report and named() == set()
    started = browser.post(f"/admin/exchange/import/{run.uuid}/start/")
    last = run_here(Job.objects.latest("pk"))
    assert started.url == f"/admin/jobs/job/{last.pk}/change/" and named() == {("helm", "Pilotage")}
    assert Role.objects.get(code="helm").created_by == keeper
    # and the columns are remembered for the next file like it
    assert ChosenMapping.objects.get().mapping == {"code": "what", "name": "label", "description": ""}
    browser.post("/admin/exchange/import/", {"preset": ROLES.name, "files": upload(b"label;what\nPont;deck\n", "next.csv")})
    assert "Still needed:" not in browser.get(f"/admin/exchange/import/{ImportRun.objects.latest('pk').uuid}/").content.decode()


def test_a_refused_import_is_a_failed_job_with_report_and_every_error(keeper):
    # when
    job = done(asked(keeper, BAD))
    # then
    assert (job.state, job.error_code, named()) == ("failed", "import_refused", set())
    assert (job.result["refused"], job.result["errors"][0]["line"], job.file_name) == (True, 3, "errors.csv")
    assert files.where(job.file_key).read_text("utf-8-sig").splitlines()[0] == "file,line,column,code,message"


def test_a_check_that_finds_faults_is_a_result(keeper):
    job = done(asked(keeper, BAD), dry_run=True)
    assert (job.state, job.result["refused"], job.result["error_count"], named()) == ("succeeded", True, 1, set())


def test_lines_left_out_are_to_be_fetched(keeper):
    # when
    job = done(asked(keeper, BAD, skip_bad=True))
    # then
    with zipfile.ZipFile(files.where(job.file_key)) as packed:
        found = {name: packed.read(name).decode("utf-8-sig") for name in packed.namelist()}
    assert (job.state, job.result["rejected"], named()) == ("succeeded", 1, {("helm", "Pilotage")})
    assert sorted(found) == ["errors.csv", "roles.rejected.csv"] and ",x," in found["roles.rejected.csv"]


def test_rights_are_asked_again_when_the_job_runs(keeper):
    """Whoever lost the right meanwhile imports nothing."""
    # given
    job = start_import(run=asked(keeper), dry_run=False)
    keeper.assignments.all().delete()
    # when
    ended = run_here(job)
    # then
    assert (ended.state, named()) == ("failed", set())


def test_others_see_neither_the_import_nor_its_pages(browser, keeper):
    # given
    other = Client(headers={"accept-language": "en"})
    other.force_login(holding(UserFactory(is_staff=True), "iam.add_role", "iam.change_role"))
    run = asked(keeper)
    # then
    for page in (f"/admin/exchange/import/{run.uuid}/", f"{URL}{run.uuid}/"):
        assert other.get(page).status_code == 404
    assert other.post(f"/admin/exchange/import/{run.uuid}/start/").status_code == 404
    assert (Job.objects.count(), browser.get(f"/admin/exchange/import/{run.uuid}/").status_code) == (0, 200)


def test_who_may_not_import_is_told_so_and_nothing_is_kept(private):
    # given
    client = Client(headers={"accept-language": "en"})
    client.force_login(UserFactory(is_staff=True, language="en"))
    # when
    page = client.post("/admin/exchange/import/", {"preset": ROLES.name, "files": upload()})
    # then
    assert "You may not import anything" in page.content.decode()
    assert (ImportRun.objects.count(), list((private / "imports").glob("*")) if (private / "imports").exists() else []) == (0, [])


@pytest.mark.parametrize(("preset", "names", "options", "code"), [
    ("nothing", ["a.csv"], {}, "preset_unknown"), ("test-roles", [], {}, "file_missing"),
    ("test-roles", ["a.csv", "b.csv"], {}, "one_file"),
    ("test-roles", ["a.csv"], {"colour": "red"}, "option_unknown"), ("test-roles", ["a.csv"], {"dates": "ymd"}, "option_unknown")])
def test_what_cannot_be_received(keeper, preset, names, options, code):
    with pytest.raises(Invalid) as caught:
        receive(author=keeper, preset=preset, files=[upload(name=name) for name in names], options=options)
    assert (caught.value.code, ImportRun.objects.count()) == (code, 0)


def test_a_file_that_is_too_large_leaves_nothing(keeper, settings, private):
    settings.IMPORT_LARGEST_FILE = 10
    with pytest.raises(Invalid, match=r"roles\.csv"):
        asked(keeper)
    assert list((private / "imports").iterdir()) == []


def test_a_second_file_that_is_refused_takes_the_first_with_it(settings, private):
    # given an import of several files, the second of them too large
    settings.IMPORT_LARGEST_FILE = 10
    files = [SimpleUploadedFile("field.csv", b"a,b"), SimpleUploadedFile("operators.csv", b"much too long for it")]
    # when / then
    with pytest.raises(Invalid, match=r"operators\.csv"):
        receive(author=UserFactory(is_superuser=True), preset="facilities", files=files)
    assert list((private / "imports").iterdir()) == []


def test_old_uploads_are_forgotten_and_their_import_says_so(keeper, settings):
    # given
    run = asked(keeper)
    job = start_import(run=run, dry_run=False)
    ImportRun.objects.update(created_at=timezone.now() - timedelta(days=settings.IMPORT_KEPT_DAYS + 1))
    # when
    assert (forget_old(), forget_old()) == (1, 0)
    # then
    assert not uploads.where(run.files[0]["key"]).exists()
    assert run_here(job).error_code == "files_gone"


def test_names_of_uploads_lead_nowhere(keeper):
    run = receive(author=keeper, preset=ROLES.name, files=[upload(name="..\\..\\etc\\roles.csv")])
    assert run.files[0]["name"] == "roles.csv" and uploads.where(run.files[0]["key"]).parent == uploads.folder()


def post(client, **data):
    return client.post(URL, {"preset": ROLES.name, **data}, format="multipart")


def test_by_rest_presets_check_and_import(keeper):
    # given
    client = caller(keeper)
    presets = client.get("/api/v1/exchange/presets/")
    assert faults(presets, "/api/v1/exchange/presets/") == []
    [mine] = [one for one in presets.data["results"] if one["name"] == ROLES.name]
    assert mine["tables"][0]["columns"][0] == {"name": "code", "title": "", "needed": True, "help": ""}
    # when
    answer = post(client, files=io.BytesIO(GOOD), dry_run="true", mapping='{"code": "code"}')
    # then
    assert (answer.status_code, answer.data["state"], faults(answer, "/api/v1/exchange/imports/", "post")) == (201, "queued", [])
    run_here(Job.objects.get(pk=answer.data["job"]))
    one = client.get(f"{URL}{answer.data['id']}/")
    assert (one.data["state"], one.data["report"]["created"], named()) == ("succeeded", 1, set())
    started = client.post(f"{URL}{answer.data['id']}/start/")
    assert (started.status_code, faults(started, "/api/v1/exchange/imports/{uuid}/start/", "post")) == (201, [])
    run_here(Job.objects.get(pk=started.data["job"]))
    assert named() == {("helm", "Pilotage")}


def test_by_rest_a_repeated_request_is_done_once(keeper):
    # given
    client = caller(keeper)

    def send(data):
        return client.post(URL, {"preset": ROLES.name, "files": SimpleUploadedFile("a.csv", data)}, format="multipart",
                           headers={"Idempotency-Key": "one"})
    # when
    first, again, other = send(GOOD), send(GOOD), send(BAD)
    # then
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert (again.json()["id"], Job.objects.count(), ImportRun.objects.count()) == (first.json()["id"], 1, 1)


@pytest.mark.parametrize(("data", "status"), [({"options": "[1]"}, 422), ({"options": "{"}, 422), ({"preset": "none"}, 422), ({}, 422)])
def test_by_rest_what_is_wrong_is_refused(keeper, data, status):
    answer = post(caller(keeper), **data)
    assert (answer.status_code, faults(answer, "/api/v1/exchange/imports/", "post"), Job.objects.count()) == (status, [], 0)


def test_by_rest_without_rights_nothing_happens():
    assert post(caller(), files=io.BytesIO(GOOD)).status_code == 401
    assert post(caller(UserFactory()), files=io.BytesIO(GOOD)).status_code == 403
    assert (ImportRun.objects.count(), Job.objects.count()) == (0, 0)
