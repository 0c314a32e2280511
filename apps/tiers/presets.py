"""What the register takes in from files (TIE-20): companies, and the field and facility files of the Norwegian shelf register."""
from django.utils.translation import gettext_lazy as _

from apps.core.factory.services import SITE_RIGHTS
from apps.kernel.presets import Preset, Setting, register
from apps.tiers.events import ImportCompleted
from apps.tiers.services.importing import load_companies, load_shelf
from apps.tiers.services.importing.company_files import COMPANIES, SHELF
from apps.tiers.shelf.rows import FIELD, FIXED, LICENSEE, MOVEABLE, OPERATOR, SITE_LAYOUTS

FAMILY = "tiers"
MOST_ROWS = 200_000     # planned in memory: about 1 KB each
COMPANY_RIGHTS = (("tiers.company", "add"), ("tiers.company", "change"))
SHELF_RIGHTS = (*((model._meta.label_lower, action) for model, action in SITE_RIGHTS),
                ("tiers.interest", "add"), ("tiers.interest", "change"))

register(Preset(
    name="companies", title=_("Companies"), tables=(SHELF, COMPANIES), rights=COMPANY_RIGHTS, family=FAMILY, event=ImportCompleted,
    load=load_companies, settings={
        "system": Setting(_("System of the keys"), _("The system whose keys the file has, for example sap.vendor.")),
        "namesakes": Setting(_("Namesakes"), _("A row without key or number whose name is registered: hold (a fault), update (it) or "
                                               "create (another)."))}))

for name, title, layouts in (
        ("facilities", _("Fields, facilities, operators and licensees"), SITE_LAYOUTS),
        ("fields", _("Fields"), (FIELD,)), ("operators", _("Operators of fields"), (OPERATOR,)),
        ("shares", _("Shares of licensees in fields"), (LICENSEE,)),
        ("fixed-facilities", _("Fixed facilities"), (FIXED,)), ("moveable-facilities", _("Moveable facilities"), (MOVEABLE,))):
    register(Preset(
        name=name, title=title, tables=tuple(layout.table for layout in layouts), rights=SHELF_RIGHTS, missing_rights=COMPANY_RIGHTS,
        create_missing=True, several=len(layouts) > 1, most_rows=MOST_ROWS, family=FAMILY, event=ImportCompleted, load=load_shelf,
        help=_("Open files of the Norwegian shelf register, as its fact pages offer them.")))
