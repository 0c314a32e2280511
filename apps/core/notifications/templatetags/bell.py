"""The bell's number."""
from django import template
from django.http import HttpRequest

from apps.core.notifications.selectors import SHOWN, unread_count

register = template.Library()


@register.simple_tag
def unread_notifications(request: HttpRequest) -> str:
    """How many notices the reader has not read, as the bell shows it: empty for none, 99+ beyond ninety-nine."""
    count = unread_count(request.user)
    return "" if not count else f"{SHOWN - 1}+" if count >= SHOWN else str(count)
