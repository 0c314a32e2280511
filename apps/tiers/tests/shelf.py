"""Small files of the register for tests, and the look-ups a plan would find once another plan is written."""
import csv
import io
import tempfile
from pathlib import Path
from types import SimpleNamespace

from apps.core.exchange.loading import FileTable
from apps.core.exchange.reading import Broken, open_source
from apps.kernel.cells import text
from apps.kernel.presets import Fault, Preset
from apps.tiers.names import company_key
from apps.tiers.shelf.known import KnownCompanies
from apps.tiers.shelf.rows import COMPANY, LAYOUTS, SITE_LAYOUTS, Reading

HEADERS = {
    "company": "cmpLongName cmpOrgNumberBrReg cmpNpdidCompany cmpLicenceOperCurrent cmpLicenceLicenseeCurrent dateSyncNPD",
    "field": "fldName cmpLongName fldCurrentActivitySatus fldNpdidField cmpNpdidCompany dateSyncNPD",
    "operator": "fldName cmpLongName fldOperatorFrom fldOperatorTo fldNpdidField cmpNpdidCompany",
    "licensee": "fldName cmpLongName fldLicenseeFrom fldLicenseeTo fldCompanyShare fldSdfiShare fldNpdidField cmpNpdidCompany",
    "fixed": "fclName fclPhase fclSurface fclCurrentOperatorName fclKind fclBelongsToName fclBelongsToKind fclBelongsToS fclStartupDate "
             "fclGeodeticDatum fclNsDeg fclNsMin fclNsSec fclNsCode fclEwDeg fclEwMin fclEwSec fclEwCode fclWaterDepth fclFunctions "
             "fclDesignLifetime fclNpdidFacility dateSyncNPD",
    "moveable": "fclName fclCurrentRespCompanyName fclKind fclFunctions fclNationName fclNpdidFacility fclNpdidCurrentRespCompany "
                "dateSyncNPD",
}
USUAL = {
    "cmpLicenceOperCurrent": "N", "cmpLicenceLicenseeCurrent": "N", "dateSyncNPD": "2013-05-08", "fldCurrentActivitySatus": "PRODUCING",
    "fclPhase": "IN SERVICE", "fclNsCode": "N", "fclEwCode": "E", "fldOperatorTo": "9999-12-31", "fldLicenseeTo": "9999-12-31",
}


def shelf_bytes(kind, *rows, encoding="utf-8", separator=",", newline="\r\n"):
    """A file of the register: each row gives the cells that matter, the others are usual or NULL."""
    names = HEADERS[kind].split()
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator=newline)
    writer.writerow(names)
    for row in rows:
        assert row.keys() <= set(names)
        writer.writerow([row.get(name, USUAL.get(name, "NULL")) for name in names])
    return text.getvalue().encode(encoding)


def read(data, file, layouts=(COMPANY, *SITE_LAYOUTS)):
    """A file as the import reads it, with its faults, without database."""
    errors = []

    def add(_file, line, column, code, message, _fatal=False):
        errors.append(Fault(file, line, column, code, message))
    run = SimpleNamespace(preset=Preset(name="shelf", title="", tables=tuple(layout.table for layout in layouts)), most_rows=None,
                          faults=SimpleNamespace(add=add), reader=lambda column: column.read or text, said=lambda *_args: None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        try:
            table = FileTable(run, 0, open_source(path, name=file), {})
        except Broken as broken:
            add(0, broken.line, broken.column, broken.code, broken.message)
            return Reading(file, None, (), tuple(errors), 0)
        rows = tuple(table.rows())
    return Reading(file, LAYOUTS[table.table.name], rows, tuple(errors), table.count)


def shelf_reading(kind, *rows):
    """The same, read; rows begin on line 2."""
    return read(shelf_bytes(kind, *rows), f"{kind}.csv")


def company(npdid, name, number="NULL", **more):
    """A row of the company file."""
    return {"cmpNpdidCompany": npdid, "cmpLongName": name, "cmpOrgNumberBrReg": number, **more}


def known_after(companies, stubs=()):
    """What would be known once the planned companies and stubs are stored: pks from 1 in their order, those given kept."""
    ids, names, keys, numbers, legal, numbers_of = {}, {}, {}, {}, {}, {}
    records = [(one.ref.pk, one.npdids, (one.legal_name, *one.former_names), one.identifiers) for one in companies]
    records += [(None, (stub.ref.npdid,) if stub.ref.npdid else (), (stub.name,), ()) for stub in stubs]
    for place, (pk, npdids, its_names, identifiers) in enumerate(records, 1):
        pk = pk or place
        ids.update(dict.fromkeys(npdids, pk))
        legal[pk] = its_names[0]
        for name in its_names:
            names.setdefault(name, set()).add(pk)
            keys.setdefault(company_key(name), set()).add(pk)
        numbers_of[pk] = {(checked.scheme, checked.value) for checked in identifiers if checked.check == "valid"}
        numbers.update({(checked.scheme, checked.value): pk for checked in identifiers if checked.unique})
    return KnownCompanies(ids, names, keys, numbers, legal, numbers_of)
