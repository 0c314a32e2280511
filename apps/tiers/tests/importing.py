"""How tests of the imports call the command, and what they count."""
import io
import json
from contextlib import redirect_stderr

from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core.automation.models import OutboxEvent
from apps.tiers.models import Company, CompanyName, DuplicateCandidate, ExternalId, Identifier, Interest

SITES = Interest._meta.get_field("site").related_model
WRITTEN = (Company, CompanyName, Identifier, ExternalId, SITES, Interest, DuplicateCandidate)


class Outcome:
    """What one call of the command gave: exit code, report (with --json), output and last word."""

    def __init__(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        self.code, self.said = 0, ""
        try:
            with redirect_stderr(err):
                call_command("import", *map(str, arguments), stdout=out, stderr=err)
        except CommandError as error:
            self.code, self.said = error.returncode, str(error)
        self.out, self.err = out.getvalue(), err.getvalue()

    @property
    def report(self):
        return json.loads(self.out)

    @property
    def errors(self):
        return [(error["file"], error["line"], error["column"], error["code"]) for error in self.report["errors"]]


def imported(kind, *arguments):
    """Import through the command, with a report as data."""
    return Outcome(kind, *arguments, "--json")


def state():
    """How many rows and versions of each written model there are, and how many events wait."""
    rows = {model._meta.label_lower: (model._base_manager.count(), model._meta.get_field("versions").related_model._base_manager.count())
            for model in WRITTEN}
    return {**rows, "outbox": OutboxEvent.objects.count()}
