"""Company identifiers: strength of each scheme and what is refused (TIE-01)."""
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.kernel.errors import Invalid
from apps.tiers.identifiers import (
    SCHEMES,
    UNVERIFIED,
    VALID,
    Checked,
    Strength,
    check_same_company,
    nace_code,
    normalise,
    normalise_unnamed,
    scheme_choices,
    schemes_of,
    siren_of,
)


def refusal(scheme, value):
    """The code a number is refused with."""
    with pytest.raises(Invalid) as refused:
        normalise(scheme, value)
    assert refused.value.status == 422
    return refused.value.code


@pytest.mark.parametrize(("scheme", "written", "compact"), [
    ("lei", "213800kud8lajwsq9d15", "213800KUD8LAJWSQ9D15"),
    ("eu.vat", "FR 44 732 829 320", "FR44732829320"),
    ("fr.siren", "732 829 320", "732829320"),
    ("fr.siret", "732 829 320 00074", "73282932000074"),
    ("fr.siret", "35600000049837", "35600000049837"),
    ("ma.ice", "001561191000066", "001561191000066"),
    ("no.orgnr", "914 807 077", "914807077"),
    ("no.orgnr", "９１４８０７０７７", "914807077"),
    ("no.mva", "NO 914 807 077 MVA", "914807077MVA"),
    ("gb.utr", "1955839661", "1955839661"),
    ("ch.uid", "CHE-100.155.212", "CHE100155212"),
    ("br.cnpj", "16.727.230/0001-97", "16727230000197"),
])
def test_check_digits_make_a_number_valid(scheme, written, compact):
    """TIE-01: a number whose check digits agree is valid, in compact form."""
    # when / then
    assert normalise(scheme, written) == Checked(scheme, compact, VALID)


@pytest.mark.parametrize(("scheme", "written", "compact"), [
    ("gb.crn", "01546623", "01546623"),
    ("gb.crn", "sc 123-456", "SC123456"),
    ("us.ein", "04-2103594", "042103594"),
    ("us.ein", "04-2103595", "042103595"),
    ("dz.nif", "416001000000007", "416001000000007"),
    ("bic", "AGRIFRPP882", "AGRIFRPP882"),
    ("national", "RC/DLA/2005/B/123", "RC/DLA/2005/B/123"),
    ("unspecified", "077750", "077750"),
])
def test_format_alone_does_not_verify(scheme, written, compact):
    """TIE-01: where a typing error would pass, the number stays unverified."""
    # when / then
    assert normalise(scheme, written) == Checked(scheme, compact, UNVERIFIED)


@pytest.mark.parametrize(("scheme", "written", "code"), [
    ("ma.ice", "001561191000067", "identifier_checksum"),
    ("no.orgnr", "914807076", "identifier_checksum"),
    ("no.orgnr", "077750", "identifier_checksum"),
    ("fr.siren", "732829321", "identifier_checksum"),
    ("gh.tin", "P00W8O655Q1", "identifier_checksum"),
    ("us.ein", "07-1144442", "identifier_format"),
    ("national", "9" * 65, "identifier_format"),
    ("fr.siren", "  ", "identifier_empty"),
    ("gb.crn", " - ", "identifier_empty"),
    ("xx.nothing", "1", "identifier_scheme"),
    ("national", "29029600013", "identifier_of_person"),
    ("unspecified", "54362315K", "identifier_of_person"),
    ("gb.crn", "54.362.315-K", "identifier_of_person"),
    ("eu.vat", "ES54362315K", "identifier_of_person"),
    ("gh.tin", "P0000803561", "identifier_of_person"),
    ("pt.nif", "123456789", "identifier_of_person"),
])
def test_refused(scheme, written, code):
    """TIE-01: a failing number is refused on entry; one of a natural person is never stored."""
    # when / then
    assert refusal(scheme, written) == code


def test_nothing_of_a_person_is_told_back():
    """The refusal of a personal number does not repeat the number."""
    # when
    with pytest.raises(Invalid) as refused:
        normalise("national", "29029600013")
    # then
    assert "29029600013" not in f"{refused.value} {refused.value.fields}"


def test_registration_numbers_are_unique_and_tax_numbers_are_not():
    # given / when / then
    assert normalise("fr.siren", "732829320").unique
    assert not normalise("fr.tva", "44732829320").unique
    assert not normalise("gb.crn", "01546623").unique
    assert {"fr.siren", "fr.siret", "ma.ice", "no.orgnr", "lei", "br.cnpj"} <= {
        scheme.code for scheme in SCHEMES.values() if scheme.registration}
    assert not any(SCHEMES[code].registration for code in ("eu.vat", "fr.tva", "no.mva", "gb.vat", "gb.utr", "it.iva", "de.vat", "us.ein"))


def test_a_file_that_names_no_scheme():
    """Import: the likely scheme where its digits agree, else kept unverified under none; a personal number is still refused."""
    # given / when / then
    assert normalise_unnamed("no.orgnr", "914807077") == Checked("no.orgnr", "914807077", VALID)
    assert normalise_unnamed("no.orgnr", "077750") == Checked("unspecified", "077750", UNVERIFIED)
    with pytest.raises(Invalid) as refused:
        normalise_unnamed("no.orgnr", "29029600013")
    assert refused.value.code == "identifier_of_person"


def test_siret_belongs_to_its_siren():
    # given
    siret = normalise("fr.siret", "73282932000074").value
    # when / then
    assert siren_of(siret) == "732829320"
    check_same_company(siret, "732829320")
    with pytest.raises(Invalid) as refused:
        check_same_company(siret, "552100554")
    assert refused.value.code == "identifier_siret_other_company"


@pytest.mark.parametrize(("written", "code"), [("06.10", "06.10"), ("0610", "06.10"), ("06", "06"), ("06.1", "06.1")])
def test_nace_is_dotted(written, code):
    assert nace_code(written) == code


@pytest.mark.parametrize("written", ["B0610", "06.99", "", "coal", "06.10.1"])
def test_unknown_nace(written):
    with pytest.raises(Invalid) as refused:
        nace_code(written)
    assert refused.value.code == "nace_unknown"


def test_schemes_of_a_country_come_first():
    # when
    codes = [scheme.code for scheme in schemes_of("FR")]
    # then
    assert codes[:3] == ["fr.siren", "fr.siret", "fr.tva"]
    assert "lei" in codes and "no.orgnr" not in codes
    assert dict(scheme_choices()).keys() == SCHEMES.keys()


NUMBERS = st.from_regex(r"[A-Z]{0,4}[0-9 .-]{5,15}[A-Z0-9]{0,3}", fullmatch=True)


@settings(max_examples=300)
@given(st.sampled_from(sorted(SCHEMES)), st.text(max_size=30) | NUMBERS)
def test_any_input_is_checked_or_refused(scheme, value):
    """Whatever is typed: a compact number that stays the same when checked again, or a refusal; never a crash."""
    # when
    try:
        checked = normalise(scheme, value)
    except Invalid as refused:
        assert refused.code.startswith("identifier_")
        return
    # then
    assert normalise(scheme, checked.value) == checked
    assert (checked.check == VALID) == (SCHEMES[scheme].strength is Strength.CHECK_DIGITS)
