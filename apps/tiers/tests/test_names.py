"""Name keys and their likeness (TIE-16, TIE-19; rules 2 and 4)."""
import struct
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.tiers.names import company_key, person_key, similarity, trigrams

WARN_FROM = Fraction(60, 100)
WORDS = st.lists(st.text("abcdefgABCDE0189", min_size=1, max_size=9), max_size=5).map(" ".join)


@pytest.mark.parametrize(("written", "key"), [
    ("A/S Norske Shell", "NORSKE SHELL"),
    ("Mærsk Contractors Norge AS", "MAERSK CONTRACTORS NORGE"),
    ("GULF (U.K.) OFFSHORE INVESTMENT LTD", "GULF UK OFFSHORE INVESTMENT"),
    ("Ets. Müller & Fils S.A.R.L.", "ETS MULLER AND FILS"),
    ("Maersk Oil Norway AS (old1)", "MAERSK OIL NORWAY AS OLD1"),
    ("Geco- Prakla", "GECO PRAKLA"),
    ("Straße + Söhne GmbH & Co. KG", "STRASSE AND SOHNE"),
    ("Œuvre d’Ørsted, Łódź Þór Đuro", "OEUVRE DORSTED LODZ THOR DURO"),
    ("Ａｃｍｅ　Ltd.", "ACME"),
    ("Petróleos SA de CV", "PETROLEOS"),
    ("S.A.S. Petit", "PETIT"),
    ("ASA", "ASA"),
    ("SA SA", "SA"),
    ("Inland / Offshore", "INLAND OFFSHORE"),
    ("***", ""),
    ("&" * 250, " ".join(["AND"] * 75)),
])
def test_company_key(written, key):
    """TIE-19: two spellings of a company's name give one key."""
    assert company_key(written) == key


def test_legal_forms_inside_a_name_stay():
    """A form between other words is part of the name: dropping it would make two entities one."""
    # given / when / then
    assert company_key("Holding AS Norge") == "HOLDING AS NORGE"


def test_person_key_ignores_order():
    """TIE-07: family name first or last, in one part or several."""
    # given / when
    keys = {person_key("Hansen, Anne Kristin"), person_key("Anne Kristin Hansen"), person_key("Anne Kristin", "Hansen")}
    # then
    assert keys == {"ANNE HANSEN KRISTIN"}


def test_person_key_keeps_what_looks_like_a_legal_form():
    # given / when / then
    assert person_key("Sá", "Inês") == "INES SA"


@given(st.text())
def test_keys_are_stable(name):
    """The key of a key is the key: stored keys may be folded again by a search."""
    # when / then
    assert company_key(company_key(name)) == company_key(name)
    assert person_key(person_key(name)) == person_key(name)


@given(st.text())
def test_a_name_with_a_letter_has_a_key(name):
    """Never the last token: a company called only "AS" can still be found."""
    # given
    tail = name + " Z"
    # when / then
    assert company_key(tail) != ""


@given(st.permutations(["Anne", "Kristin", "van", "Hansen"]))
def test_person_key_of_any_order(parts):
    # when / then
    assert person_key(*parts) == "ANNE HANSEN KRISTIN VAN"


@pytest.mark.parametrize(("one", "other", "likeness", "warned"), [
    ("Odfjell Drilling AS", "Odfjel Driling", Fraction(13, 19), True),
    ("Talisman Energy Norge AS", "Talisman Petroleum Norge AS", Fraction(15, 32), False),
    ("Statoil Petroleum AS", "StatoilHydro Petroleum AS", Fraction(17, 24), True),
])
def test_similarity_of_real_names(one, other, likeness, warned):
    """Rule 4: 0.6842 is warned about, 0.4688 is not, 0.7083 is."""
    # when
    found = similarity(company_key(one), company_key(other))
    # then
    assert found == likeness
    assert (found >= WARN_FROM) is warned


def test_trigrams_of_a_short_word():
    assert trigrams("AB") == {"  a", " ab", "ab "}


@given(WORDS, WORDS)
def test_similarity_is_symmetric_and_bounded(a, b):
    # when
    found = similarity(a, b)
    # then
    assert 0 <= found <= 1
    assert found == similarity(b, a)
    assert (found == 1) == (trigrams(a) == trigrams(b) != frozenset())


def _database_similarity(pairs):
    with connection.cursor() as cursor:
        cursor.execute("SELECT similarity(a, b) FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair(a, b, place) ORDER BY place",
                       [[a for a, _b in pairs], [b for _a, b in pairs]])
        return [row[0] for row in cursor.fetchall()]


def _float4(value):
    return struct.unpack("f", struct.pack("f", value))[0]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.one_of(WORDS, st.text(max_size=20)).map(company_key), WORDS.map(company_key)), min_size=1, max_size=20))
def test_similarity_is_the_databases(pairs):
    """Rule 4: what is warned about while typing is what the index search finds, to the last bit of its float4."""
    # given keys that every locale of the server takes for letters
    pairs = [(a, b) for a, b in pairs if a.isascii()]
    # when
    found = _database_similarity(pairs)
    # then
    assert list(map(_float4, found)) == [_float4(similarity(a, b)) for a, b in pairs]
