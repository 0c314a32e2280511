"""The demonstration at full size, on a reduced one: the same each time, sound, resumable, with every count as promised."""
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, Q, Sum
from django.db.models.functions import Upper

from apps.core.factory.models import Site
from apps.kernel import demo_large
from apps.tiers import demo_large as tiers_large
from apps.tiers.choices import CompanyStatus, InterestRole, NameKind
from apps.tiers.contact_values import normal_value
from apps.tiers.identifiers import SCHEMES, normalise
from apps.tiers.models import (
    Address,
    Affiliation,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    ExternalId,
    Identifier,
    Interest,
    Merge,
    Ownership,
    Person,
)
from apps.tiers.names import company_key, person_key, similarity

pytestmark = pytest.mark.django_db
ROWS, SEED = 1_000, 7
WORDS = "(SELECT string_agg(word, ' ' ORDER BY word) FROM unnest(string_to_array(search, ' ')) word)"     # lines stand there in no order
CONTENT = (
    f"SELECT uuid, legal_name, status, country, nace, headcount, website, tags, created_at, {WORDS} FROM tiers_company ORDER BY uuid",
    f"SELECT uuid, given, family, name_key, language, {WORDS} FROM tiers_person ORDER BY uuid",
    "SELECT c.uuid, l.kind, l.name, l.name_key FROM tiers_companyname l JOIN tiers_company c ON c.id = l.company_id ORDER BY 1, 2, 3",
    "SELECT c.uuid, l.scheme, l.value FROM tiers_identifier l JOIN tiers_company c ON c.id = l.company_id ORDER BY 1, 2, 3",
    "SELECT c.uuid, l.city, l.lines, l.latitude FROM tiers_address l JOIN tiers_company c ON c.id = l.company_id ORDER BY 1, 2, 3, 4",
    "SELECT a.uuid, b.uuid, l.share_pct, l.period FROM tiers_ownership l JOIN tiers_company a ON a.id = l.parent_id "
    "JOIN tiers_company b ON b.id = l.child_id ORDER BY 1, 2",
    "SELECT c.uuid, s.code, l.role, l.share_pct, l.period FROM tiers_interest l JOIN tiers_company c ON c.id = l.company_id "
    "JOIN factory_site s ON s.id = l.site_id ORDER BY 1, 2, 3",
    "SELECT p.uuid, c.uuid, l.function, l.period FROM tiers_affiliation l JOIN tiers_company c ON c.id = l.company_id "
    "JOIN tiers_person p ON p.id = l.person_id ORDER BY 1, 2, 3, 4",
    "SELECT code, name, kind, phase, latitude, longitude FROM factory_site ORDER BY code",
)


def digest():
    """One hash of what a reader would call the content: everything but keys and the times of writing."""
    total = sha256()
    with connection.cursor() as cursor:
        for query in CONTENT:
            cursor.execute(query)
            total.update(repr(cursor.fetchall()).encode())
    return total.hexdigest()


def run(**options):
    out, err = StringIO(), StringIO()
    call_command("demo", scale="large", seed=SEED, json=True, stdout=out, stderr=err, **options)
    return json.loads(out.getvalue()), err.getvalue()


@dataclass
class Loaded:
    """What the command said, and the digest of an earlier load in two halves, which was undone."""
    told: dict
    progress: str
    before: str


class Undo(Exception):
    """Leaves a transaction without a trace."""


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with suppress(Undo), transaction.atomic(), patch.object(tiers_large, "PORTION", 2 * tiers_large.BLOCK):
            run(rows=ROWS // 2 + 1)
            run(rows=ROWS)
            before = digest()
            raise Undo
        yield Loaded(*run(rows=ROWS), before)
        transaction.set_rollback(True)


def test_it_is_as_large_as_asked_in_every_table_that_grows(loaded):
    # given / when
    counts = {model.__name__: model._base_manager.count() for model in (
        Company, Person, ExternalId, CompanyName, Identifier, Address, ContactPoint, CompanyRole, Affiliation, Ownership, Interest)}
    # then
    assert (counts["Company"], counts["Person"], counts["ExternalId"], Site._base_manager.count()) == (1_000, 1_000, 1_000, 24)
    assert {name: count for name, count in counts.items() if not 0.8 * ROWS <= count <= 3 * ROWS} == {}
    assert loaded.told["written"] == {**loaded.told["written"], "tiers_company": 1_000, "tiers_interest": counts["Interest"],
                                      "tiers_affiliation": counts["Affiliation"]}
    assert (loaded.told["rows"], loaded.told["seed"]) == (ROWS, SEED)


def test_the_same_each_time_however_it_was_portioned_or_continued(loaded):
    # given an earlier load in portions of 400, stopped at 600 and continued / when compared / then
    assert digest() == loaded.before


def test_another_seed_is_another_register():
    # given / when
    names = [{firm.name for firm in tiers_large.block(seed, 0, 10, 2)[0]} for seed in (1, 2)]
    # then
    assert len(names[0] & names[1]) == 0


def test_constraints_hold_at_once(loaded):
    # given / when / then: whatever the database puts off to the end of the transaction, it finds nothing to refuse
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_name_keys_are_those_the_register_computes(loaded):
    # given / when
    names = [(row.name, row.name_key) for row in CompanyName._base_manager.all()]
    persons = [(row.given, row.family, row.name_key) for row in Person._base_manager.all()]
    # then
    assert [key for name, key in names if company_key(name) != key] == []
    assert [key for given, family, key in persons if person_key(given, family) != key] == []


def test_numbers_addresses_and_phones_are_what_a_person_may_type(loaded):
    # given / when
    numbers = [(row.scheme, row.value, row.check_result, row.registration) for row in Identifier._base_manager.all()]
    contacts = [(row.kind, row.value) for row in ContactPoint._base_manager.all()]
    # then
    assert [row for row in numbers if (row[1], row[2], row[3]) != (
        (checked := normalise(row[0], row[1])).value, checked.check, SCHEMES[row[0]].registration)] == []
    assert {"fr.siren", "no.orgnr", "ch.uid", "fr.tva", "gb.crn", "national"} == {row[0] for row in numbers}
    assert [row for row in contacts if normal_value(*row) != row[1]] == []
    assert [value for kind, value in contacts if kind == "email" and not value.endswith(".example")] == []


@pytest.mark.parametrize("model", [Company, Person, Address, ContactPoint, CompanyRole, Affiliation, Ownership, Interest, Site])
def test_each_field_holds_what_its_form_would_accept(loaded, model):
    # given / when / then
    for record in model._base_manager.order_by("-pk")[:40]:
        record.full_clean(validate_unique=False, validate_constraints=False)


def test_search_finds_a_record_by_its_lines_and_each_is_its_first_version(loaded):
    # given
    identifier = Identifier._base_manager.filter(scheme="fr.siren").order_by("pk").first()
    contact = ContactPoint._base_manager.filter(person__isnull=False, kind="email").order_by("pk").first()
    # when / then
    assert Company._base_manager.get(search__holds=identifier.value, merged_into=None) == identifier.company
    assert Person._base_manager.get(search__holds=contact.value) == contact.person
    assert set(Company._base_manager.values_list("version", flat=True)) == {1}
    assert identifier.company.versions.get().pgh_context.metadata["reason"] == "./ops manage demo --scale large"


def test_shares_of_a_company_total_one_hundred_and_groups_are_trees(loaded):
    # given / when
    totals = list(Ownership._base_manager.values("child").annotate(total=Sum("share_pct"), owners=Count("pk")))
    heads = Company._base_manager.filter(owners__isnull=True, merged_into=None).count()
    # then
    assert {row["total"] for row in totals} == {100}
    assert max(row["owners"] for row in totals) == 2
    assert heads == ROWS // tiers_large.GROUP


def test_fields_are_held_whole_by_heads_of_groups(loaded):
    # given / when
    fields = Interest._base_manager.filter(role=InterestRole.LICENSEE).values("site").annotate(total=Sum("share_pct"), held=Count("pk"))
    # then
    assert [(row["total"], row["held"]) for row in fields] == [(100, 4)] * 2
    assert Interest._base_manager.filter(role=InterestRole.OPERATOR).count() == 2


def test_companies_stand_in_every_state_and_some_are_merged_with_what_undoing_needs(loaded):
    # given
    states = Counter(Company._base_manager.values_list("status", flat=True))
    merged = Company._base_manager.filter(merged_into__isnull=False)
    # when
    merge = Merge._base_manager.get(kind="company", loser_id=merged.first().pk)
    name = CompanyName._base_manager.get(pk=merge.moves.filter(column="company_id").get().row_id)
    # then
    assert set(states) == set(CompanyStatus.values)
    assert states[CompanyStatus.ACTIVE] > 700
    assert merged.count() == Person._base_manager.filter(merged_into__isnull=False).count() == 5
    assert (name.company_id, name.kind, name.name) == (merge.survivor_id, NameKind.FORMER, merged.first().legal_name)
    assert list(merge.moves.order_by("column").values_list("column", "before", "after")) == [
        ("company_id", str(merge.loser_id), str(merge.survivor_id)), ("kind", "legal", "former")]


def test_everybody_has_one_main_company_now(loaded):
    # given / when
    people = Person._base_manager.filter(merged_into=None).annotate(
        now=Count("affiliations", filter=Q(affiliations__primary=True, affiliations__period__upper_inf=True)))
    # then
    assert set(people.values_list("now", flat=True)) == {1}
    assert Affiliation._base_manager.filter(primary=True, period__upper_inf=False).count() > 50


def test_near_names_are_there_to_be_found(loaded):
    # given / when: the second of each pair has no number of its own
    near = list(Company._base_manager.filter(identifiers__isnull=True, merged_into=None).annotate(
        upper=Upper("legal_name")).order_by("pk").values_list("pk", "names__name_key").filter(names__kind="legal"))
    # then
    assert len(near) == ROWS // tiers_large.BLOCK
    for pk, key in near:
        before = CompanyName._base_manager.get(company=pk - 1, kind="legal").name_key
        assert 0.6 <= similarity(key, before) < 1


def test_a_second_load_finds_nothing_to_do_and_another_seed_is_refused(loaded):
    # given / when
    with pytest.raises(CommandError) as again:
        run(rows=ROWS)
    with pytest.raises(CommandError, match="--seed 7") as other:
        call_command("demo", scale="large", rows=ROWS, seed=8, stderr=StringIO())
    # then
    assert (again.value.returncode, other.value.returncode) == (3, 2)
    assert Company._base_manager.count() == ROWS


def test_progress_says_how_far_it_is(loaded):
    # given / when / then
    assert [line for line in loaded.progress.splitlines() if "1,000 / 1,000 (100 %)" in line]


@pytest.mark.parametrize("words", [["--rows", "0"], ["--rows", str(demo_large.MOST + 1)], ["--seed", "-1"], ["--scale", "huge"]])
def test_words_it_does_not_know_are_refused(words):
    # given / when / then
    with pytest.raises(CommandError):
        call_command("demo", *words)
