"""Name keys: the form under which two spellings of one name compare equal, and the likeness of two keys (TIE-16, TIE-19)."""
import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

# Letters that no Unicode decomposition splits into a base letter and a mark.
UNDECOMPOSED = str.maketrans({"Æ": "AE", "Ø": "O", "Œ": "OE", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "ẞ": "SS", "Ħ": "H", "Ŧ": "T"})

# Deleted rather than spaced, so that "U.K." is UK and "D'Arcy" is DARCY. The acute accent decomposes into a space: it goes first.
SPELLED_THROUGH = re.compile("[.'`´‘’ʼ′＇]")
SLASHED_LETTERS = re.compile(r"(?<!\w)\w(?:/\w)+(?!\w)")

# Legal forms as they stand in a folded name: dots gone, A/S joined. Forms that are also frequent words of names (Company, Group,
# the Norwegian DA of "Da Vinci") are left out: a missed form costs a warning, a dropped word costs a false one.
LEGAL_FORMS = frozenset(tuple(form.split()) for form in (
    "AB", "AG", "ANS", "APS", "AS", "ASA", "BV", "BVBA", "CORP", "CORPORATION", "CV", "EEIG", "EIRL", "EURL", "GIE", "GMBH",
    "GMBH AND CO KG", "INC", "INCORPORATED", "IS", "JSC", "KFT", "KG", "KGAA", "KK", "KS", "LDA", "LIMITED", "LLC", "LLP", "LP",
    "LTD", "LTDA", "NUF", "NV", "OAO", "OOO", "OY", "OYJ", "PAO", "PJSC", "PLC", "PT", "PTE LTD", "PTY LTD", "PTE", "PTY", "SA",
    "SA DE CV", "SARL", "SARLAU", "SAS", "SASU", "SCA", "SCI", "SCS", "SDN BHD", "SE", "SL", "SLU", "SNC", "SP ZOO", "SP Z OO",
    "SPA", "SPOLKA AKCYJNA", "SPRL", "SRL", "SRO", "UAB", "WLL", "ZAO"))
LONGEST_KEY = 300  # characters: a sign may fold into many, and the key is a column
LONGEST_FORM = max(map(len, LEGAL_FORMS))


def company_key(name: str) -> str:
    """The key of a company's name: folded, without legal forms at either end, never empty where the name holds a letter or digit.

    `A/S Norske Shell` and `Norske Shell AS` both give `NORSKE SHELL`. Applying it to a key changes nothing.
    """
    tokens = _fold(name)[:LONGEST_KEY].split()
    while (shorter := _without_form(tokens)) != tokens:
        tokens = shorter
    return " ".join(tokens)


def person_key(*parts: str) -> str:
    """The key of a person's name given in any order and number of parts: folded tokens, sorted. No legal form is dropped."""
    return " ".join(sorted(" ".join(map(_fold, parts))[:LONGEST_KEY].split()))


@lru_cache(maxsize=4096)
def trigrams(key: str) -> frozenset[str]:
    """The trigrams PostgreSQL's pg_trgm finds in a key: per word, lower case, two blanks before and one after, each counted once."""
    found: set[str] = set()
    for word in key.lower().split():
        padded = f"  {word} "
        found.update(padded[at:at + 3] for at in range(len(padded) - 2))
    return frozenset(found)


def similarity(a: str, b: str) -> Fraction:
    """Likeness of two keys, 0 to 1: trigrams in both over trigrams in either, as pg_trgm's `similarity()` before its rounding to float4."""
    left, right = trigrams(a), trigrams(b)
    if not left or not right:
        return Fraction(0)
    shared = len(left & right)
    return Fraction(shared, len(left) + len(right) - shared)


def _fold(name: str) -> str:
    """Upper-case words of letters and digits without accents; signs become single spaces, `&` and `+` become AND."""
    if name.isascii() and name.replace(" ", "").isalnum():
        return " ".join(name.upper().split())   # nothing to fold: most names, ten times faster
    text = SPELLED_THROUGH.sub("", name)
    text = unicodedata.normalize("NFKC", text).upper().translate(UNDECOMPOSED)
    # Compatibility forms may show only after upper-casing, and marks only once decomposed: strip on the full decomposition.
    text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) not in ("Mn", "Me"))
    text = unicodedata.normalize("NFC", text).upper().translate(UNDECOMPOSED)
    text = SPELLED_THROUGH.sub("", text.replace("&", " AND ").replace("+", " AND "))
    text = SLASHED_LETTERS.sub(lambda joined: joined[0].replace("/", ""), text)
    return " ".join("".join(sign if sign.isalnum() or unicodedata.category(sign) == "Mc" else " " for sign in text).split())


def _without_form(tokens: list[str]) -> list[str]:
    """The tokens less one legal form: the longest at the end, else the longest at the beginning; never all of them."""
    for size in range(min(LONGEST_FORM, len(tokens) - 1), 0, -1):
        if tuple(tokens[-size:]) in LEGAL_FORMS:
            return tokens[:-size]
    for size in range(min(LONGEST_FORM, len(tokens) - 1), 0, -1):
        if tuple(tokens[:size]) in LEGAL_FORMS:
            return tokens[size:]
    return tokens
