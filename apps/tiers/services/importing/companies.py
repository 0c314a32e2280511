"""Import of companies, set-based: scenarios 1 and 2, rules 3 and 5. The statements are in company_sql."""
from typing import Any

import pgtrigger
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.context import acting
from apps.kernel.presets import Count, Loaded, Loading
from apps.tiers.services.candidates import record_candidates
from apps.tiers.services.companies import today
from apps.tiers.services.importing import company_sql as sql
from apps.tiers.services.importing.company_files import SHELF, SYSTEM, TYPES, row_values
from apps.tiers.shelf.known import COMPANY_SYSTEM

TABLES = ("imp_rows", "imp_groups", "imp_units", "imp_of", "imp_legal", "imp_held", "imp_former", "imp_names", "imp_numbers", "imp_keys",
          "imp_addresses")
SPARED = {"tiers.companyname": "tiers.CompanyName:is_legal_name", "tiers.company": "tiers.Company:keep_search"}
SPLIT = gettext_lazy("Lines %(lines)s are one company by number or id, but several records hold these: merge them first.")
HELD = gettext_lazy("“%(name)s” may be the company “%(other)s” that is registered: give its key or number, or say that companies are known "
                    "by their names.")


def load_companies(run: Loading) -> Loaded:
    """Bring the register in line with a company file.

    Setting `system`: what the keys of the file belong to. Setting `namesakes`: a row without key or valid number whose name is registered
    is a fault (`hold`), that company (`update`) or another one (`create`).
    """
    [file] = run.files
    table = file.table.name
    system = str(run.options.get("system") or (COMPANY_SYSTEM if table == SHELF.name else SYSTEM))
    run.stage("imp_staged", TYPES, row_values(table))
    params = {"system": system, "actor": acting().actor_id, "today": today(), "each": run.skip_bad}
    with connection.cursor() as cursor:
        figures = _numbers(cursor)
        before = [_("Numbers: %(valid)d valid, %(unverified)d not verifiable, %(absent)d absent") % figures["numbers"]]
        _match(run, cursor, params, *(("cmpNpdidCompany", "cmpOrgNumberBrReg") if table == SHELF.name else ("external_id", "number")))
        if run.faulty:
            return Loaded(figures=figures, before=before)
        run.progress(60, 100, _("Writing"))
        counts = _write(cursor, params)
        run.progress(90, 100, _("Looking for duplicates"))
        cursor.execute("SELECT pk FROM imp_units")
        candidates = record_candidates(kind="company", pks=[pk for (pk,) in cursor.fetchall()])
    return Loaded(counts, candidates, (), figures | {"candidates": candidates}, before,
                  [_("New possible duplicates: %(count)d") % {"count": candidates}])


def _numbers(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT count(*) FILTER (WHERE is_unique), count(*) FILTER (WHERE value IS NOT NULL AND NOT is_unique), "
                   "count(*) FILTER (WHERE value IS NULL) FROM imp_staged")
    return {"candidates": 0, "numbers": dict(zip(("valid", "unverified", "absent"), cursor.fetchone(), strict=True))}


def _match(run: Loading, cursor: Any, params: dict[str, Any], key: str, number: str) -> None:
    """Find the company of each row, and every contradiction."""
    for name in TABLES:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
    run.faults_from(sql.TWICE, {}, "id_twice", gettext_lazy("This company is already on line %(line)d."), key)
    _make(cursor, params, "imp_rows", sql.ROWS)
    _namesakes(run, cursor, str(run.options.get("namesakes") or "hold"))
    _make(cursor, params, "imp_groups", sql.GROUPS)
    run.faults_from(sql.SPLIT, params, "company_split", SPLIT, number)
    if run.faulty:
        return
    _make(cursor, params, "imp_units", sql.UNITS)
    _make(cursor, params, "imp_of", sql.UNIT_OF)
    run.faults_from(sql.DIFFERENT, params, "company_numbers_differ",
                    gettext_lazy("Line %(line)d leads to the same company with another valid number."), number)
    run.faults_from(sql.OTHER_NUMBER, params, "company_number_other",
                    gettext_lazy("The record of this company holds another valid number, %(number)s: correct the record or the file."),
                    number)


def _namesakes(run: Loading, cursor: Any, rule: str) -> None:
    """Rows that only have a name."""
    cursor.execute("SELECT EXISTS (SELECT FROM imp_rows WHERE ext IS NULL AND by_number IS NULL AND NOT is_unique)")
    if not cursor.fetchone()[0] or rule == "create":
        return
    if rule == "update":
        run.faults_from(sql.SEVERAL_NAMESAKES, {}, "ambiguous_name", gettext_lazy("%(count)d companies are named “%(name)s”."), "name")
        cursor.execute(sql.BY_NAME)
    else:
        run.faults_from(sql.HELD, {}, "company_similar", HELD, "name")
    run.faults_from(sql.SAME_NAME, {}, "id_twice", gettext_lazy("This company is already on line %(line)d."), "name")


def _make(cursor: Any, params: dict[str, Any], table: str, statement: str) -> None:
    cursor.execute(statement, params)
    cursor.execute(f"ANALYZE {table}")


def _write(cursor: Any, params: dict[str, Any]) -> dict[str, Count]:
    """Write what differs: lines before new companies, which are then complete when they come. Counts by model label, companies first."""
    _make(cursor, params, "imp_legal", sql.LEGAL)
    cursor.execute(sql.LOCK)
    _spare(cursor, None)
    for table, statement in (("imp_held", sql.HELD_LEGAL), ("imp_former", sql.FORMER), ("imp_names", sql.NAME_ROWS),
                             ("imp_numbers", sql.NUMBER_ROWS), ("imp_keys", sql.KEY_ROWS), ("imp_addresses", sql.ADDRESS_ROWS)):
        _make(cursor, params, table, statement)
    steps = (sql.WRITE_COMPANIES, sql.WRITE_NAMES, sql.WRITE_NUMBERS, sql.WRITE_KEYS, sql.WRITE_ADDRESSES)
    changed, created = {}, {}
    for label, _table, update, _statement in steps:
        cursor.execute(update, params)
        changed[label] = cursor.rowcount
    for label, _table, _update, statement in (*steps[1:], steps[0]):
        created[label] = _insert(cursor, label, statement, params)
    counts = {}
    for label, table, _update, _statement in steps:
        cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608: our own names
        total = cursor.fetchone()[0]
        if total or label != "tiers.address":
            counts[label] = Count(created[label], changed[label], total - created[label] - changed[label])
    return counts


def _insert(cursor: Any, label: str, statement: str, params: dict[str, Any]) -> int:
    """Insert the rows of a model, those of new companies without the triggers whose work the statements do for all of them at once: there
    is no company yet whose legal name a name could correct, and its search text is written with it."""
    created = 0
    for new in (True, False) if label == "tiers.companyname" else (True,):
        _spare(cursor, SPARED.get(label) if new else None)
        cursor.execute(statement, {**params, "new": new})
        created += cursor.rowcount
        _spare(cursor, None)
    return created


def _spare(cursor: Any, trigger: str | None) -> None:
    """Have no trigger (a line of pgtrigger's registry) work, or with None every one. Said in either case: a trigger that finds nothing said
    makes a subtransaction for each row to find that out."""
    names = [one.get_pgid(model) for model, one in pgtrigger.registered(trigger)] if trigger else []
    cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", ["{" + ",".join(names) + "}"])
