"""Attributes of the signed-in principal that modules further right know: `company`, `person`. Declared as SQL, read with the rights.

A module says `attribute("company", "SELECT …")` in its principal.py; `me.id` in the SQL is the account's key."""

ATTRIBUTES: dict[str, str] = {}


def attribute(name: str, sql: str) -> None:
    """Declare the scalar sub-select behind the token `$name`. A second declaration of a name is refused."""
    if ATTRIBUTES.get(name, sql) != sql:
        raise ValueError(f"principal attribute {name!r} is declared twice")
    ATTRIBUTES[name] = sql
