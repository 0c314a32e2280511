"""Reference tables: upserts by key in the database; references, doubles, what is left out, what comes twice."""
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from apps.core.automation.models import OutboxEvent
from apps.core.exchange.tests.samples import ROLES, SITES, counts, errors, load
from apps.core.factory.models import Site
from apps.core.iam.models import Role
from apps.core.iam.selectors import system_user
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel.presets import Column, ModelPreset

pytestmark = pytest.mark.django_db
FILE = "code;name;description\nhelm;Pilotage;Tient la barre\ndeck;Pont;\n"


def state():
    rows = Role.objects.order_by("code").values_list("code", "name", "description", "version")
    return list(rows), Role._meta.get_field("versions").related_model.objects.count()


def test_new_rows_are_created_as_who_imports_with_history_and_one_event(tmp_path):
    # when
    report = load(tmp_path, ROLES, FILE)
    # then
    role = Role.objects.get(code="helm")
    assert counts(report) == (2, 0, 0)
    assert (role.name, role.description, role.created_by, role.version) == ("Pilotage", "Tient la barre", system_user(), 1)
    assert "file.csv" in role.versions.get().pgh_context.metadata["reason"]
    [event] = OutboxEvent.objects.filter(topic="exchange.import.completed")
    assert (event.payload["preset"], event.payload["created"]) == ("test-roles", 2)


def test_twice_is_no_change_and_a_dry_run_says_the_same_and_writes_nothing(tmp_path):
    # given
    before = state()
    # when / then
    assert counts(load(tmp_path, ROLES, FILE, dry_run=True)) == (2, 0, 0)
    assert state() == before
    load(tmp_path, ROLES, FILE)
    after = state()
    again = load(tmp_path, ROLES, FILE)
    assert (counts(again), again.nothing_to_do, state()) == ((0, 0, 2), True, after)


def test_what_differs_is_changed_and_a_column_the_file_lacks_stays(tmp_path):
    # given
    load(tmp_path, ROLES, FILE)
    # when
    report = load(tmp_path, ROLES, "sigle,Libelle\nhelm,Barre\ndeck,Pont\n")
    # then
    role = Role.objects.get(code="helm")
    assert (counts(report), role.name, role.description, role.version) == ((0, 1, 1), "Barre", "Tient la barre", 2)


def test_an_empty_cell_empties_the_field(tmp_path):
    load(tmp_path, ROLES, FILE)
    load(tmp_path, ROLES, "code,name,description\nhelm,Pilotage,\n")
    assert Role.objects.get(code="helm").description == ""


def test_faults_are_told_by_line_and_nothing_is_written(tmp_path):
    # given
    before = state()
    # when
    report = load(tmp_path, ROLES, "code,name\nhelm,A\n,B\nhelm,C\nx,\nlong," + "z" * 151 + "\na,b,c\n")
    # then
    assert errors(report) == [(3, "code", "value_missing"), (4, "code", "id_twice"), (5, "name", "value_missing"),
                              (6, "name", "text_long"), (7, "", "row_length")]
    assert (report.refused, report.counts, state()) == (True, {}, before)


def test_lines_at_fault_are_left_out_on_demand_and_come_back_as_a_file(tmp_path):
    # given
    data = 'code;name\nhelm;A\n;"=1+1"\nhelm;C\ndeck;-5\n'
    # when
    report = load(tmp_path, ROLES, data, skip_bad=True, rejected_to=tmp_path, errors_to=tmp_path / "errors.csv")
    # then
    assert (counts(report), report.rejected, report.refused, len(report.errors)) == ((2, 0, 0), 2, False, 2)
    rejected = (tmp_path / "file.rejected.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in rejected] == [["code", "name"], ["", "'=1+1"], ["helm", "C"]]
    assert Role.objects.get(code="deck").name == "-5"
    # and once corrected it is read as it was meant
    again = (tmp_path / "file.rejected.csv").read_text("utf-8-sig").replace(",'=1+1", "rope,'=1+1")
    load(tmp_path, ROLES, again.replace("helm,C", "anchor,C"), name="again.csv")
    assert Role.objects.get(code="rope").name == "=1+1"


def test_leaving_out_goes_on_until_no_line_is_at_fault(tmp_path):
    """A line that only another one at fault was needed by is left out with it."""
    # given a facility in a field whose own line is wrong
    data = "name,kind,parent\nDad,nonsense,\nSon,fixed_facility,Dad\nUncle,field,\n"
    # when
    report = load(tmp_path, SITES, data, skip_bad=True)
    # then
    assert (counts(report), report.rejected) == ((1, 0, 0), 2)
    assert errors(report) == [(2, "kind", "value_unknown"), (3, "parent", "reference_unknown")]


def test_references_within_the_file_whatever_the_order(tmp_path):
    # when
    report = load(tmp_path, SITES, "name,kind,parent,water_depth,commissioned_on,latitude,longitude\n"
                                   "Pump,fixed_facility,Deck,,,,\n"
                                   "Deck,fixed_facility,Field,71,08.05.2013,56.5465483,3\nField,field,,,,,\n")
    # then
    pump = Site.objects.get(name="Pump")
    assert counts(report) == (3, 0, 0)
    assert (pump.parent.name, pump.parent.parent.name) == ("Deck", "Field")
    assert (pump.parent.water_depth, pump.parent.commissioned_on, pump.parent.latitude) == (71, date(2013, 5, 8), Decimal("56.546548"))
    again = load(tmp_path, SITES, "name,kind,parent\nPump,fixed_facility,Deck\n")
    assert counts(again) == (0, 0, 1)


def test_an_unknown_reference_is_a_fault_or_left_empty(tmp_path):
    # given
    lenient = ModelPreset(name="test-lenient", title="Sites", model="factory.Site", key=("name",), columns=(
        Column("name", required=True), Column("kind", required=True), Column("parent", reference="name", unknown="empty")))
    data = "name,kind,parent\nDeck,fixed_facility,Nowhere\n"
    # then
    assert errors(load(tmp_path, SITES, data)) == [(2, "parent", "reference_unknown")]
    assert counts(load(tmp_path, lenient, data)) == (1, 0, 0)
    assert Site.objects.get(name="Deck").parent is None


def test_derived_columns_rows_left_out_and_constants(tmp_path):
    # given
    def derive(values):
        return None if values["name"] == "skip" else {**values, "code": values["name"].lower()}
    preset = ModelPreset(name="test-derived", title="Roles", model="iam.Role", key=("code",), derive=derive,
                         constants={"description": "from a file"}, columns=(Column("code", derived=True), Column("name", required=True)))
    # when
    report = load(tmp_path, preset, "name\nDeck\nskip\nHELM\n")
    # then
    assert counts(report) == (2, 0, 0)
    assert set(Role.objects.filter(description="from a file").values_list("code", "name")) == {("deck", "Deck"), ("helm", "HELM")}


def test_every_right_is_needed_everywhere(tmp_path):
    """Security requirement 5."""
    user = holding(UserFactory(), "iam.add_role")
    before = state()
    with pytest.raises(PermissionDenied, match=r"iam\.change_role"):
        load(tmp_path, ROLES, FILE, actor=user)
    assert state() == before


def test_dates_and_decimals_as_the_person_says(tmp_path):
    # given
    data = "name;kind;commissioned_on;latitude;longitude\nDeck;field;03/04/2013;56,25;3\n"
    # then
    assert errors(load(tmp_path, SITES, data)) == [(2, "commissioned_on", "date_format"), (2, "latitude", "number_invalid")]
    load(tmp_path, SITES, data, options={"dates": "dmy", "decimal": "comma"})
    site = Site.objects.get(name="Deck")
    assert (site.commissioned_on, site.latitude) == (date(2013, 4, 3), Decimal("56.25"))


def test_columns_as_a_person_corrects_them(tmp_path):
    # given
    data = "code,what,name\nx,helm,Pilotage\n"
    # when
    load(tmp_path, ROLES, data, mappings={"file.csv": {"code": "what"}})
    # then
    assert Role.objects.get(code="helm").name == "Pilotage"
    wrong = [({"code": "none"}, "mapping_unknown"), ({"colour": "what"}, "mapping_unknown"),
             ({"code": "what", "name": "what"}, "mapping_twice"), ({"code": ""}, "columns_missing")]
    assert [errors(load(tmp_path, ROLES, data, mappings={"file.csv": mapping}))[0][2] for mapping, _code in wrong] == [
        code for _mapping, code in wrong]
