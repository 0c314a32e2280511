"""What the schedule starts for the register."""
from celery import shared_task
from django.utils import translation

from apps.core.iam.selectors import system_user
from apps.tiers.services import start_search


@shared_task(name="tiers.find_duplicates")
def find_duplicates() -> None:
    """Nightly: compare what changed since the last search with the whole register."""
    author = system_user()
    with translation.override(author.language):
        start_search(author=author)
