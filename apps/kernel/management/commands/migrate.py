"""Django's migrate, with models changed in place (apps.kernel.migrating)."""
from typing import Any

from django.core.management.commands import migrate

from apps.kernel.migrating import in_place


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with in_place():
            super().handle(*args, **options)
