"""Companies and persons by the million, for the demonstration at full size: the rows are made here, apps.tiers.demo_tables writes them.

Two hundred companies and as many persons make a block; nothing in a block depends on another. Names are numbers written in syllables, so
that none comes twice but those that are meant to be near another. Nobody is called so, and no register has issued the numbers."""
from dataclasses import astuple, dataclass
from datetime import date
from random import Random
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from stdnum import luhn

from apps.kernel.demo_large import Large, OtherSeed
from apps.tiers import demo_tables as tables
from apps.tiers.choices import CompanyStatus
from apps.tiers.demo_register import TRADES
from apps.tiers.demo_words import (
    ACTIVITIES,
    GIVEN,
    HEADS,
    LANDS,
    MIDDLES,
    STREETS,
    TAILS,
    TOWN_HEADS,
    TOWN_TAILS,
    TYPES,
    Land,
)
from apps.tiers.models import Category, ExternalId
from apps.tiers.names import company_key, person_key

SYSTEM = "demo.large"       # companies are known by the seed and their number in it
BLOCK, GROUP = 200, 40      # companies that are made together; companies of one group
PORTION = 50 * BLOCK        # companies in one transaction
MERGED, NEAR = 199, 50      # places in a block: part of the one before; called nearly as the one before
STEP = 1_618_033            # shares no divisor with the numbers of names: i * STEP meets each name once
NAMES = len(HEADS) * len(MIDDLES) * len(TAILS)
OF_HUNDRED = [land for land in LANDS for _unit in range(land.share)]
STATES = [CompanyStatus.ACTIVE] * 78 + [CompanyStatus.PROSPECT] * 14 + [CompanyStatus.BLOCKED] * 3 + [CompanyStatus.ARCHIVED] * 5
MOD_11 = {"no.orgnr": (3, 2, 7, 6, 5, 4, 3, 2), "ch.uid": (5, 4, 3, 2, 7, 6, 5, 4)}
LICENCES = {0: 40, GROUP: 30, 2 * GROUP: 20, 3 * GROUP: 10}     # heads of groups that share a field, per cent


@dataclass(slots=True)
class Firm:
    """A company as it is staged; `n` counts from 1, references name the other's `n`."""
    n: int
    name: str
    key: str
    trade_name: str
    form: str
    country: str
    city: str
    postcode: str
    street: str
    latitude: float
    longitude: float
    trade: str
    nace: str
    roles: list[str]
    headcount: int
    currency: str
    language: str
    tags: list[str]
    status: str
    host: str
    phone: str
    scheme: str
    number: str
    tva: str
    founded: date
    ended: date | None
    survivor: int | None
    owner: int | None
    share: int | None
    second: int | None
    site: int | None
    licence: int | None
    uuid: UUID


@dataclass(slots=True)
class Human:
    """A person as it is staged; `firm` and `former` are companies by their `n`."""
    n: int
    given: str
    family: str
    key: str
    language: str
    email: str
    phone: str
    survivor: int | None
    firm: int
    function: str
    since: int
    former: int | None
    second: int | None
    uuid: UUID


def load(large: Large) -> None:
    """Go on from where an earlier load ended."""
    _check_seed(large)
    sites, fields = large.records["large_sites"], large.records["large_fields"]
    total = -(-large.rows // BLOCK) * BLOCK
    done = ExternalId._base_manager.filter(system=SYSTEM).count()
    categories = _categories() if done < total else {}
    while done < total:
        large.told(_("companies and persons"), done, total)
        upto = min(done + PORTION, total)
        blocks = [block(large.seed, number, len(sites), len(fields)) for number in range(done // BLOCK, upto // BLOCK)]
        with transaction.atomic(), connection.cursor() as cursor:
            tables.stage(large, cursor, (astuple(firm) for firms, _people in blocks for firm in firms),
                         (astuple(human) for _firms, people in blocks for human in people))
            tables.write(large, cursor, {"categories": list(categories.values()), "codes": list(categories), "sites": sites,
                                         "fields": fields, "system": SYSTEM, "seed": large.seed})
        done = upto
        if (done // PORTION).bit_count() == 1:      # each time there are twice as many: the triggers look up what came before
            large.analyze()
        large.told(_("companies and persons"), done, total)


def _check_seed(large: Large) -> None:
    first = ExternalId._base_manager.filter(system=SYSTEM).values_list("value", flat=True).first()
    if first and not first.startswith(f"{large.seed}-"):
        raise OtherSeed("demo_seed", _("The large demonstration was made with another seed: use --seed %(seed)s.")
                        % {"seed": first.split("-")[0]})


def _categories() -> dict[str, int]:
    """The categories by code, made where the small demonstration has not."""
    found: dict[str, int] = {}
    for code, trade in TRADES.items():
        category = Category._base_manager.filter(code=code).first() or Category(code=code, name=trade.name)
        if category.pk is None:
            category.save()
        found[code] = category.pk
    return found


def block(seed: int, number: int, sites: int, fields: int) -> tuple[list[Firm], list[Human]]:
    """The block's companies and persons: the same for the same arguments. `sites` and `fields` are how many there are to choose from."""
    dice = Random((seed << 32) + number)    # nosec B311 # sample data, nothing secret
    first = number * BLOCK + 1
    firms: list[Firm] = []
    for place in range(BLOCK):
        firms.append(_firm(seed, first + place, place, firms, dice))
        firms[-1].site = dice.randrange(sites) + 1
        firms[-1].licence = number + 1 if place in LICENCES and number < fields else None
    employers = [firm for firm in firms if firm.survivor is None and firm.status in (CompanyStatus.ACTIVE, CompanyStatus.BLOCKED)]
    return firms, [_human(seed, first + place, place, employers, dice) for place in range(BLOCK)]


def _invented(number: int) -> str:
    """The name that a number below NAMES stands for."""
    number, tail = divmod(number, len(TAILS))
    head, middle = divmod(number, len(MIDDLES))
    return HEADS[head] + MIDDLES[middle] + TAILS[tail]


def _firm(seed: int, n: int, place: int, earlier: list[Firm], dice: Random) -> Firm:
    land = dice.choice(OF_HUNDRED)
    form = dice.choice(land.forms)
    activity, invented = divmod((n * STEP + seed) % (NAMES * len(ACTIVITIES)), NAMES)
    word, trade_code = ACTIVITIES[activity]
    own, trade = _invented(invented), TRADES[trade_code]
    name = f"{dice.choice(TYPES)} {own} {word} {form}"
    if place == NEAR:
        name = _misspelt(earlier[-1].name)
    key = company_key(name)
    host = f"{'-'.join(key.lower().split())}.example"
    scheme, number = ("", "") if place in (NEAR, MERGED) else _number(land.code, n, dice)
    owner, share, second = _owners(n, place, dice)
    status = CompanyStatus.ACTIVE if place == MERGED else dice.choice(STATES)
    return Firm(
        n=n, name=name, key=key, trade_name=own if dice.random() < 0.1 else "", form=form, country=land.code, city=_town(dice),
        postcode=str(dice.randint(10, 95) * 1000 + 990) if land.code == "FR" else "", street=_street(dice),
        latitude=round(land.latitude + dice.uniform(-1.5, 1.5), 6), longitude=round(land.longitude + dice.uniform(-1.5, 1.5), 6),
        trade=trade_code, nace=trade.nace, roles=[str(role) for role in trade.roles],
        headcount=min(int(4 * dice.paretovariate(0.9)), 40_000), currency=land.currency, language=land.language, tags=list(trade.tags),
        status=status.value, host=host, phone=_phone(land, dice),
        scheme=scheme, number=number, tva=_tva(number) if scheme == "fr.siren" and dice.random() < 0.5 else "",
        founded=date(dice.randint(1995, 2023), 1, 1),
        ended=date(2024, 12, 31) if status is CompanyStatus.ARCHIVED else None, survivor=n - 1 if place == MERGED else None,
        owner=owner, share=share, second=second, site=None, licence=None, uuid=UUID(int=dice.getrandbits(128), version=4))


def _misspelt(name: str) -> str:
    """The name with a letter of its second word doubled."""
    words = name.split()
    at = len(words[1]) // 2
    words[1] = words[1][:at] + words[1][at - 1] + words[1][at:]
    return " ".join(words)


def _owners(n: int, place: int, dice: Random) -> tuple[int | None, int | None, int | None]:
    """A company's owner with its per cent, and a second owner who has the rest: always companies before it, so that no circle arises."""
    in_group = place % GROUP
    if in_group == 0 or place == MERGED:
        return None, None, None
    owner = n - in_group + (in_group - 1) // 3
    if place < GROUP or dice.random() < 0.9:
        return owner, 100, None
    return owner, dice.randint(51, 95), n - place + dice.randrange(GROUP)


def _number(country: str, n: int, dice: Random) -> tuple[str, str]:
    """The scheme and compact form of a company's number."""
    if country == "FR":
        digits = f"0{n:07}"
        return "fr.siren", digits + luhn.calc_check_digit(digits)
    if country == "NO":
        return "no.orgnr", _mod_11("no.orgnr", "1{:07}", n)
    if country == "CH":
        return "ch.uid", "CHE" + _mod_11("ch.uid", "8{:07}", n)
    if country == "GB":
        return "gb.crn", f"ZY{n % 1_000_000:06}"
    return "national", f"{country}REG98{n:07}"


def _mod_11(scheme: str, form: str, n: int) -> str:
    """Digits and their check digit; where the even number has none, its odd neighbour has (their sums differ by less than 11)."""
    for one in (2 * n, 2 * n + 1):
        digits = form.format(one)
        check = -sum(int(digit) * weight for digit, weight in zip(digits, MOD_11[scheme], strict=True)) % 11
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError(f"no {scheme} for {n}")


def _tva(siren: str) -> str:
    return f"{(12 + 3 * (int(siren) % 97)) % 97:02}{siren}"


def _human(seed: int, n: int, place: int, employers: list[Firm], dice: Random) -> Human:
    given, family = divmod((n * STEP + NAMES // 3 + seed) % (NAMES * len(GIVEN)), NAMES)
    firm = dice.choice(employers)
    name, surname = GIVEN[given], _invented(family)
    local = ".".join(company_key(part).lower() for part in (name, surname))
    others = [other.n for other in dice.sample(employers, 3) if other.n != firm.n]
    chance = dice.random()
    return Human(
        n=n, given=name, family=surname, key=person_key(name, surname), language=firm.language, email=f"{local}@{firm.host}",
        phone=f"+3363998{dice.randint(0, 9999):04}" if firm.country == "FR" and dice.random() < 0.5 else "",
        survivor=n - 1 if place == MERGED else None, firm=firm.n, function=dice.choice(TRADES[firm.trade].functions),
        since=dice.randint(2012, 2025), former=others[0] if chance < 0.1 else None, second=others[1] if chance > 0.95 else None,
        uuid=UUID(int=dice.getrandbits(128), version=4))


def _town(dice: Random) -> str:
    return dice.choice(TOWN_HEADS) + dice.choice(TOWN_TAILS)


def _street(dice: Random) -> str:
    return f"{dice.randint(1, 120)} {dice.choice(STREETS)}"


def _phone(land: Land, dice: Random) -> str:
    """A number of the ranges kept for fiction (Arcep, Ofcom); "" for other countries."""
    if land.code == "FR":
        return f"+33{dice.choice(('19900', '26191', '35301', '46571', '53649'))}{dice.randint(0, 9999):04}"
    return f"+441632960{dice.randint(0, 999):03}" if land.code == "GB" else ""
