"""An invented register: companies of a dozen countries, their groups and licences, and the people who work for them."""
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from apps.kernel.context import act
from apps.kernel.demo import Demonstration
from apps.kernel.errors import Invalid
from apps.kernel.periods import always, period
from apps.tiers import demo_register as register
from apps.tiers.choices import AddressKind, ContactKind, InterestRole, NameKind
from apps.tiers.demo_register import FIRMS, TRADES, Firm
from apps.tiers.identifiers import nace_code, normalise
from apps.tiers.models import (
    Address,
    Affiliation,
    Category,
    Company,
    CompanyName,
    CompanyRole,
    ContactPoint,
    Identifier,
    Interest,
    Ownership,
    Person,
    Relation,
)
from apps.tiers.names import company_key
from apps.tiers.services import activate, archive, block

OWN_FUNCTIONS = {"administrator": "Directrice des systèmes", "manager": "Chef de site Alcyon A", "user": "Acheteuse", "guest": "Auditeur"}
TWINS = (("Anne-Sophie", "Carrelmont", "Odyssane Levage SAS"), ("Anne Sophie", "Carelmont", "Odyssane Marine SAS"))
PEOPLE = 84     # beside the account holders and the twins
STREETS = ("rue des Corderies", "quai des Gabares", "avenue de l’Estuaire", "rue du Phare", "boulevard des Docks", "impasse des Tonneliers")
LANGUAGES = {"NO": "no", "GB": "en", "ES": "es", "PT": "pt", "IT": "it", "DE": "de", "NL": "nl", "CH": "de"}
CURRENCIES = {"NO": "NOK", "GB": "GBP", "CH": "CHF", "GA": "XAF", "CM": "XAF"}
SINCE = period(date(2019, 1, 1), None)


def load(demonstration: Demonstration) -> None:
    """Companies by name under "companies"."""
    accounts, sites, dice = demonstration.records["accounts"], demonstration.records["sites"], demonstration.random
    with act(accounts["administrator"]):
        categories = {code: Category._base_manager.filter(code=code).first() or _saved(Category(code=code, name=trade.name))
                      for code, trade in TRADES.items()}     # the large demonstration may have come first
        companies = demonstration.records["companies"] = {
            firm.name: _company(firm, categories[firm.trade], accounts, dice) for firm in FIRMS}
        _ties(companies, sites)
        _people(companies, accounts, dice)
    _states(companies, accounts["administrator"])       # each action with a history context of its own


def _saved(record: Any) -> Any:
    """Checked field by field, then written; the database holds the rest."""
    record.full_clean(validate_unique=False, validate_constraints=False)
    record.save()
    return record


def _company(firm: Firm, category: Category, accounts: dict[str, Any], dice: Random) -> Company:
    trade, host = TRADES[firm.trade], f"{_slug(firm.short or firm.name)}.example"
    company = _saved(Company(
        legal_name=firm.name, legal_form=firm.form, country=firm.country, nace=nace_code(trade.nace), headcount=firm.headcount,
        currency=CURRENCIES.get(firm.country, "EUR"), language=LANGUAGES.get(firm.country, "fr"), website=f"https://www.{host}",
        category=category, tags=list(trade.tags), account_manager=accounts["user" if dice.random() < 0.7 else "manager"]))
    for role in trade.roles:
        _saved(CompanyRole(company=company, role=role, period=period(date(dice.randint(2012, 2023), dice.randint(1, 12), 1), None)))
    if firm.short and firm.short != firm.name:
        _saved(CompanyName(company=company, kind=NameKind.TRADE, name=firm.short))
    if firm.former:
        _saved(CompanyName(company=company, kind=NameKind.FORMER, name=firm.former, period=period(None, date(2017, 1, 1))))
    if firm.status != register.PROSPECT:
        for scheme, value in _numbers(firm, dice):
            _saved(Identifier(company=company, scheme=scheme, value=value))
    _saved(Address(company=company, kind=AddressKind.HEAD_OFFICE, country=firm.country, city=firm.city, lines=_street(dice),
                   postcode=str(dice.randint(10, 95) * 1000 + 990) if firm.country == "FR" else ""))
    if firm.headcount > 250:
        _saved(Address(company=company, kind=AddressKind.BILLING, country=firm.country, city=firm.city, lines=_street(dice)))
    _saved(ContactPoint(company=company, kind=ContactKind.EMAIL, value=f"contact@{host}", primary=True))
    if phone := _phone(firm.country, dice):
        _saved(ContactPoint(company=company, kind=ContactKind.PHONE, value=phone, label="standard", primary=True))
    return company


def _numbers(firm: Firm, dice: Random) -> Iterator[tuple[str, str]]:
    """The scheme and value of each of a company's numbers, in ranges no register has issued."""
    first = ""
    for scheme, pattern in register.NUMBERS[firm.country]:
        value = number(scheme, pattern.format(first), dice)
        first = first or value
        yield scheme, value
    if firm.name in register.WITH_LEI:
        yield "lei", number("lei", register.LEI, dice)


def number(scheme: str, pattern: str, dice: Random) -> str:
    """A number that fits the pattern (`#`: any digit) and its scheme's check digits. Raises ValueError where none is found."""
    for _attempt in range(20_000):
        value = re.sub("#", lambda _sign: str(dice.randint(0, 9)), pattern)
        try:
            return normalise(scheme, value).value
        except Invalid:
            continue
    raise ValueError(f"no {scheme} of the form {pattern}")


def _ties(companies: dict[str, Company], sites: dict[str, Any]) -> None:
    """Groups, relations, licences with their shares, operators and contractors on site."""
    for parent, child, share, votes in register.HOLDINGS:
        _saved(Ownership(parent=companies[parent], child=companies[child], share_pct=Decimal(share),
                         votes_pct=Decimal(votes) if votes else None, period=SINCE))
    for a, kind, b in register.RELATIONS:
        _saved(Relation(a=companies[a], kind=kind, b=companies[b], period=SINCE))
    for code, first, to, shares in register.LICENCES:
        held = period(date.fromisoformat(first), date.fromisoformat(to) if to else None)
        for name, share in shares:
            _saved(Interest(company=companies[name], site=sites[code], role=InterestRole.LICENSEE, share_pct=Decimal(share), period=held))
    for code in sorted({code for code, *_rest in register.LICENCES}):
        since = min(date.fromisoformat(first) for site, first, *_rest in register.LICENCES if site == code)
        _saved(Interest(company=companies[register.OPERATOR], site=sites[code], role=InterestRole.OPERATOR, period=period(since, None)))
    for code, name in register.CONTRACTORS:
        _saved(Interest(company=companies[name], site=sites[code], role=InterestRole.CONTRACTOR, period=SINCE))


def _people(companies: dict[str, Company], accounts: dict[str, Any], dice: Random) -> None:
    """The account holders, two persons who may be one, and at least one person for each company."""
    operator = companies[register.OPERATOR]
    for key, account in accounts.items():
        given, family = account.name.split(" ", 1)
        person = _person(given, family, operator, account.email, dice, user=account)
        _saved(Affiliation(person=person, company=operator, function=OWN_FUNCTIONS[key], period=SINCE, primary=True))
    for given, family, name in TWINS:
        _employee(given, family, companies[name], dice)
    pairs = dice.sample([(given, family) for family in register.FAMILY for given in register.GIVEN], PEOPLE)
    names = list(companies)
    for position, (given, family) in enumerate(pairs):
        # every company has somebody; the large ones have several
        name = names[position] if position < len(names) else dice.choices(names, [firm.headcount for firm in FIRMS])[0]
        person = _employee(given, family, companies[name], dice)
        if position % 14 == 0:
            other = companies[names[(position + 7) % len(names)]]
            _saved(Affiliation(person=person, company=other, function="Consultant", period=always()))


def _employee(given: str, family: str, company: Company, dice: Random) -> Person:
    host = company.website.removeprefix("https://www.")
    person = _person(given, family, company, f"{_slug(given)}.{_slug(family)}@{host}", dice)
    function = dice.choice(TRADES[company.category.code].functions)
    _saved(Affiliation(person=person, company=company, function=function, primary=True,
                       period=period(date(dice.randint(2015, 2025), dice.randint(1, 12), 1), None)))
    return person


def _person(given: str, family: str, company: Company, email: str, dice: Random, **more: Any) -> Person:
    person = _saved(Person(given=given, family=family, language=company.language, category=company.category, **more))
    _saved(ContactPoint(person=person, kind=ContactKind.EMAIL, value=email, primary=True))
    if dice.random() < 0.5 and (phone := _phone(company.country, dice, mobile=True)):
        _saved(ContactPoint(person=person, kind=ContactKind.PHONE, value=phone, primary=True))
    return person


def _states(companies: dict[str, Company], actor: Any) -> None:
    """Each company goes its way by the actions, as it would in earnest."""
    for firm in FIRMS:
        company = companies[firm.name]
        if firm.status in (register.ACTIVE, register.BLOCKED):
            activate(company=company, actor=actor)
        if firm.status == register.BLOCKED:
            block(company=company, actor=actor, reason=register.BLOCKED_BECAUSE[firm.name])
        if firm.status == register.ARCHIVED:
            archive(company=company, actor=actor)


def _street(dice: Random) -> str:
    return f"{dice.randint(1, 120)} {dice.choice(STREETS)}"


def _phone(country: str, dice: Random, mobile: bool = False) -> str:
    """A number of the ranges kept for fiction (France: Arcep; United Kingdom: Ofcom); "" for other countries."""
    if country == "FR":
        return f"+33{'63998' if mobile else dice.choice(('19900', '26191', '35301', '46571', '53649'))}{dice.randint(0, 9999):04}"
    if country == "GB":
        return f"+447700900{dice.randint(0, 999):03}" if mobile else f"+441632960{dice.randint(0, 999):03}"
    return ""


def _slug(name: str) -> str:
    return "-".join(company_key(name).lower().split())
