"""TIE-19: the search for duplicates by likeness: exact figures, only what changed, stopped and taken up, never twice."""
import json
from datetime import date
from decimal import Decimal
from threading import Thread

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.iam.tests.factories import UserFactory
from apps.tiers.choices import CandidateState
from apps.tiers.models import Company, DuplicateCandidate, DuplicateSearch, PersonalDetails
from apps.tiers.services import dismiss, find_duplicates, finding, likeness, merge, record_candidates, reopen
from apps.tiers.services.candidates import propose
from apps.tiers.services.finding import Searched
from apps.tiers.services.likeness import alike
from apps.tiers.tests.factories import CompanyFactory, CompanyNameFactory, ContactPointFactory, IdentifierFactory, PersonFactory
from apps.tiers.tests.importing import imported
from tests.shared_data import shared_file

pytestmark = pytest.mark.django_db


def named(*names):
    return [CompanyFactory(legal_name=name) for name in names]


def pairs(state=CandidateState.OPEN):
    rows = DuplicateCandidate.objects.filter(state=state).order_by("a_id", "b_id")
    return [(row.a_id, row.b_id, row.reasons, str(row.score)) for row in rows]


@pytest.mark.parametrize(("left", "right", "score"), [
    ("Odfjell Drilling AS", "Odfjel Driling", "0.6842"),                            # 13/19
    ("Statoil Petroleum AS", "StatoilHydro Petroleum AS", "0.7083"),                # 17/24
    ("A/S Norske Shell", "norske shell", "1.0000"),
])
def test_like_names_are_found_with_their_score_TIE_19(left, right, score):
    # given
    a, b = named(left, right)
    # when / then
    assert find_duplicates(kind="company") == Searched(2, 1)
    assert pairs() == [(a.pk, b.pk, ["name"], score)]


def test_less_like_names_are_not_found_TIE_19():
    # given 15/32 = 0.4688
    named("Talisman Energy Norge AS", "Talisman Petroleum Norge AS", "—", "…")
    # when / then
    assert find_duplicates(kind="company") == Searched(4, 0)
    assert pairs() == []


def test_every_kind_of_name_is_compared_and_the_nearest_counts_TIE_19():
    # given a former name and a trade name that are like another's legal name
    a, b = named("Equinor ASA", "Statoilhydro Petroleum AS")
    CompanyNameFactory(company=a, kind="former", name="Statoil Petroleum AS")
    CompanyNameFactory(company=a, kind="trade", name="Statoil Hydro Petroleum")
    # when
    find_duplicates(kind="company")
    # then 21 of 26 trigrams: the trade name's
    expected = likeness.similarity("STATOIL HYDRO PETROLEUM", "STATOILHYDRO PETROLEUM")
    assert pairs() == [(a.pk, b.pk, ["name"], f"{float(expected):.4f}")]


def test_all_reasons_are_kept_the_surest_first_TIE_19():
    # given companies with one tax number and like names
    a, b = named("Odfjell Drilling AS", "Odfjel Driling")
    for company in (a, b):
        IdentifierFactory(company=company, scheme="fr.tva", value="FR44732829320")
    # when an import finds them first, by equality alone, then the search
    record_candidates(kind="company")
    assert pairs() == [(a.pk, b.pk, ["identifier"], "0.6842")]
    assert find_duplicates(kind="company").opened == 0
    # then
    assert pairs() == [(a.pk, b.pk, ["identifier", "name"], "0.6842")]
    assert DuplicateCandidate.objects.get().reason == "identifier"


def test_different_valid_numbers_of_one_scheme_are_two_companies_TIE_19():
    # given
    a, b = named("Odfjell Drilling AS", "Odfjel Driling")
    IdentifierFactory(company=a, value="914807077")
    IdentifierFactory(company=b, value="974760673")
    # when / then
    assert find_duplicates(kind="company") == Searched(2, 0)


def test_persons_are_like_by_name_unless_born_on_different_days_TIE_19():
    # given
    people = [PersonFactory(given=given, family="Hansen") for given in ("Anne Kristin", "Anne Kristine", "Anna Kristin")]
    for person, day in zip(people, (1, 2), strict=False):
        PersonalDetails.objects.create(person=person, birth_date=date(1990, 5, day))
    other = PersonFactory(given="Bo", family="Li")
    for person in (people[0], other):
        ContactPointFactory(person=person, value="post@example.org")
    # when
    find_duplicates(kind="person")
    # then the first two are two; the third may be either; an e-mail counts whatever the names
    found = {(a, b): (why, score) for a, b, why, score in pairs()}
    assert set(found) == {(people[0].pk, people[2].pk), (people[1].pk, people[2].pk), (people[0].pk, other.pk)}
    assert found[people[0].pk, other.pk] == (["contact"], "0.0000")


def test_a_dismissed_pair_stays_dismissed_until_a_name_changes_TIE_19():
    # given a pair that somebody dismissed
    a, _b = named("Statoil Petroleum AS", "StatoilHydro Petroleum AS")
    find_duplicates(kind="company")
    chief = UserFactory(is_superuser=True)
    dismiss(candidate=DuplicateCandidate.objects.get(), actor=chief)
    # when everything is compared again, and something else than a name changes
    Company.objects.filter(pk=a.pk).update(headcount=3)
    assert find_duplicates(kind="company", full=True) == Searched(2, 0)
    assert [row[:2] for row in pairs(CandidateState.DISMISSED)] == [(a.pk, _b.pk)]
    # then a new name brings it back
    CompanyNameFactory(company=a, name="Statoil Petroleum Norge")
    assert find_duplicates(kind="company").opened == 1
    # and a dismissal can be taken back by hand
    dismiss(candidate=DuplicateCandidate.objects.get(), actor=chief)
    reopen(candidate=DuplicateCandidate.objects.get(), actor=chief)
    assert DuplicateCandidate.objects.get().state == CandidateState.OPEN
    assert find_duplicates(kind="company", full=True).opened == 0


def test_merged_records_are_left_out_TIE_19():
    # given
    kept, gone = named("Geco-Prakla AS", "Geco Praklaa")
    merge(kind="company", survivor=kept, loser=gone, actor=UserFactory(is_superuser=True))
    # when / then
    assert find_duplicates(kind="company", full=True) == Searched(1, 0)
    assert propose(kind="company", found={(kept.pk, gone.pk): likeness.Alike(("name",), Decimal("0.9"))}) == 0


def test_one_record_is_proposed_for_its_nearest_only_TIE_19(monkeypatch):
    # given five of one name, and room for two each
    monkeypatch.setattr(likeness, "AT_MOST", 2)
    first, second, *others = named(*["Alpha Boring AS"] * 5)
    # when
    find_duplicates(kind="company")
    # then each has its two lowest others
    expected = {(first.pk, second.pk), (first.pk, others[0].pk), (second.pk, others[0].pk)}
    expected |= {(one.pk, other.pk) for one in (first, second) for other in others[1:]}
    assert {row[:2] for row in pairs()} == expected


WORDS = st.lists(st.sampled_from(["Aker", "Akers", "Norge", "Norway", "Drilling", "Driling", "Shell", "AS", "ASA", "Ltd"]),
                 min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS.map(" ".join), min_size=2, max_size=7))
def test_who_asks_does_not_matter_and_a_second_run_finds_nothing_TIE_19(names):
    """Property: a pair is found from either side with the same score, exactly where the fraction says so; twice is nothing new."""
    with transaction.atomic():
        companies = named(*names)
        keys = {company.pk: company.names.get().name_key for company in companies}
        # when each record alone is asked about
        sides = [alike("company", [pk]) for pk in keys]
        # then both sides agree with each other and with the definition
        expected = {(a, b) for a in keys for b in keys if a < b and likeness.similarity(keys[a], keys[b]) >= likeness.TIERS_SIMILARITY}
        for pk, side in zip(keys, sides, strict=True):
            assert set(side) == {pair for pair in expected if pk in pair}
        assert find_duplicates(kind="company", full=True) == Searched(len(names), len(expected))
        assert find_duplicates(kind="company", full=True) == Searched(len(names), 0)
        transaction.set_rollback(True)


def test_a_dry_run_opens_nothing_and_counts_each_pair_once_TIE_19(monkeypatch):
    # given, compared one by one
    monkeypatch.setattr(finding, "CHUNK", 1)
    named("Odfjell Drilling AS", "Odfjel Driling", "Odfjell Driling")
    # when / then
    assert find_duplicates(kind="company", dry_run=True) == Searched(3, 3)
    assert not DuplicateCandidate.objects.exists() and not DuplicateSearch.objects.exists()


class Stop(Exception):
    """What somebody who asks to stop makes of the next step."""


@pytest.mark.django_db(transaction=True)
def test_a_search_that_is_stopped_goes_on_from_there_TIE_19(monkeypatch):
    # given six records, two a step
    monkeypatch.setattr(finding, "CHUNK", 2)
    companies = named("Odfjell Drilling AS", "Odfjel Driling", "Pertra AS", "Pertra ASA", "Troll", "Frigg")
    told = []

    def stop_after_two(done, total, opened):
        told.append((done, total, opened))
        if done == 4:
            raise Stop
    # when somebody stops it after two steps
    with pytest.raises(Stop):
        find_duplicates(kind="company", tell=stop_after_two)
    # then what was found is kept, together with how far it came
    assert told == [(2, 6, 1), (4, 6, 2)]
    assert len(pairs()) == 2
    assert DuplicateSearch.objects.get().reached == companies[3].pk
    # when it is started again, it does the rest only
    assert find_duplicates(kind="company") == Searched(2, 0)
    mark = DuplicateSearch.objects.get()
    assert (mark.until, mark.reached, mark.complete_until is None) == (None, 0, False)


@pytest.mark.django_db(transaction=True)
def test_only_what_changed_is_compared_but_with_everything_TIE_19():
    # given a register that was searched
    old = named("Odfjell Drilling AS", "Troll AS")
    person = PersonFactory(given="Bo", family="Li")
    assert (find_duplicates(kind="company").compared, find_duplicates(kind="person").compared) == (2, 1)
    assert (find_duplicates(kind="company").compared, find_duplicates(kind="person").compared) == (0, 0)
    # when a record comes, a line of another changes, and a birth date is added
    new = named("Odfjel Driling")[0]
    CompanyNameFactory(company=old[1], name="Troll Field")
    PersonalDetails.objects.create(person=person, birth_date=date(1990, 1, 1))
    # then these three are compared, the new one with the old
    assert find_duplicates(kind="company") == Searched(2, 1)
    assert find_duplicates(kind="person") == Searched(1, 0)
    assert [row[:2] for row in pairs()] == [(old[0].pk, new.pk)]
    assert find_duplicates(kind="company", full=True) == Searched(3, 0)


@pytest.mark.django_db(transaction=True)
def test_what_another_transaction_has_not_committed_yet_is_compared_next_time_TIE_19():
    """A record that became visible after the search had passed is dated before it: it must not be passed over for ever."""
    # given a transaction that has begun to write before the search starts
    named("Odfjell Drilling AS")
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("INSERT INTO tiers_company (uuid, legal_name, status, legal_form, country, nace, currency, language, website, "
                           "tags, incomplete) VALUES (gen_random_uuid(), 'Odfjel Driling', 'prospect', '', 'NO', '', '', '', '', '{}', "
                           "false) RETURNING id")
            late = cursor.fetchone()[0]
            cursor.execute("INSERT INTO tiers_companyname (company_id, kind, name, name_key, period) VALUES "
                           "(%s, 'legal', 'Odfjel Driling', 'ODFJEL DRILING', '(,)')", [late])
            # when the search runs to its end, and only then the other one commits
            assert find_duplicates(kind="company") == Searched(1, 0)
            cursor.execute("COMMIT")
    finally:
        other.close()
    # then the next search sees it
    assert find_duplicates(kind="company").opened == 1


@pytest.mark.django_db(transaction=True)
def test_two_searches_at_once_share_the_work_TIE_19(monkeypatch):
    # given
    monkeypatch.setattr(finding, "CHUNK", 1)
    named(*[f"Odfjell Drilling {letter}" for letter in "ABCDEFGH"])
    done = []

    def search():
        try:
            done.append(find_duplicates(kind="company"))
        finally:
            connection.close()
    # when two run at once
    threads = [Thread(target=search) for _at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then every record was compared by one of them (twice where one began anew after the other had ended), every pair opened once
    assert sum(one.opened for one in done) == DuplicateCandidate.objects.count() == 28
    assert sum(one.compared for one in done) in (8, 16)


def test_the_index_of_name_keys_answers_the_search_TIE_19():
    """Among 20,000 names each look-up of a chunk reads the trigram index, not the table."""
    company = CompanyFactory()
    words = "(ARRAY['AKER','NORGE','SHELL','PETRO','DRILL','SUBSEA','MARINE','WELL','RIG','ENERGY'])"
    with connection.cursor() as cursor:
        # given names and persons without the triggers that keep history and search: only the planner is asked
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"""INSERT INTO tiers_companyname (company_id, kind, name, name_key, period, extra)
            SELECT %s, 'trade', 'n' || n, {words}[1 + n %% 10] || ' ' || {words}[1 + n / 10 %% 10] || ' ' || md5(n::text), '(,)', '{{}}'
            FROM generate_series(1, 20000) n""", [company.pk])
        cursor.execute(f"""INSERT INTO tiers_person (uuid, given, family, name_key, language, time_zone, tags)
            SELECT gen_random_uuid(), '', 'n', {words}[1 + n % 10] || ' ' || md5(n::text), '', '', '{{}}'
            FROM generate_series(1, 20000) n""")
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE tiers_companyname, tiers_person")
        # when / then
        for sql, index in ((likeness.LIKE_COMPANIES, "tiers_companyname_near"), (likeness.LIKE_PERSONS, "tiers_person_near")):
            with likeness.threshold(), likeness.by_index():
                cursor.execute(f"EXPLAIN (FORMAT json) {sql}", {"pks": list(range(100)), "most": 20})
                plan = json.dumps(cursor.fetchone()[0])
            assert f'"{index}"' in plan and "Seq Scan" not in plan


def test_the_register_of_the_shelf_is_searched_TIE_19():
    """Real names: the pairs of the file of 2013, of which equality alone found one."""
    # given
    imported("companies", shared_file("offshore-npd", "company.csv"))
    # when
    assert find_duplicates(kind="company") == Searched(253, 23)
    # then
    names = dict(Company.objects.values_list("pk", "legal_name"))
    told = [(names[a], names[b], score) for a, b, _why, score in sorted(pairs(), key=lambda row: row[3], reverse=True)]
    assert len(told) == 24
    assert {frozenset(row[:2]) for row in told[:3]} == {
        frozenset(("Geco- Prakla", "Geco-Prakla")), frozenset(("CGG Veritas Services (UK) Limited", "CGG Veritas Services SA")),
        frozenset(("Faroe Petroleum (UK) Limited", "Faroe Petroleum plc"))}
    assert [score for *_names, score in told][:4] == ["1.0000", "0.8750", "0.8421", "0.8000"]
    assert told[-1][2] == "0.6000"
    assert find_duplicates(kind="company", full=True) == Searched(253, 0)
