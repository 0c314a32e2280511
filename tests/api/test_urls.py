"""Every address is known, with who may call it; a new one, or one that became open, is a deliberate change (security requirement 2)."""
import re
from pathlib import Path

import pytest
from django.test import Client
from rest_framework.settings import api_settings

from apps.kernel.api.permissions import Nobody
from apps.kernel.api.registry import kebab, plural
from tests.api.inventory import everything, lines

PINNED = Path(__file__).with_name("urls_inventory.txt")
OPEN = {"/health/live/", "/health/ready/", "/admin/login/", "/admin/session/", "/admin/logout/"}


def test_every_address_is_pinned_with_its_permission():
    # given the router; then it says what the file says
    assert lines() == PINNED.read_text().splitlines(), "deliberate? python -m tests.api.inventory > tests/api/urls_inventory.txt"


def test_a_view_that_says_nothing_is_nobodys():
    assert [Nobody] == api_settings.DEFAULT_PERMISSION_CLASSES
    assert Nobody().has_permission(None, None) is False


def address(pattern: str) -> str:
    """An address that matches a pattern."""
    plain = re.sub(r"<\w+:pk>|<int:\w+>", "1", pattern)
    return re.sub(r"<[^>]+>", "x", plain).replace("^", "").replace("$", "").replace("(?P", "")


@pytest.mark.django_db
def test_nobody_is_let_in_without_signing_in():
    # given every address of the product
    client, let_in = Client(raise_request_exception=False), set()
    for pattern, _callback in everything():
        if pattern in OPEN or "(" in pattern:
            continue
        for ask in (client.get, client.post):
            response = ask(address(pattern))
            login = response.status_code == 302 and "/login/" in response.headers["Location"]
            if not login and response.status_code not in (401, 403, 404, 405):
                let_in.add((pattern, response.status_code))
    # then an anonymous caller is sent to sign in, or refused
    assert let_in == set()


@pytest.mark.parametrize(("name", "segment"), [
    ("Site", "sites"), ("Company", "companies"), ("RoleInclusion", "role-inclusions"), ("Address", "addresses"), ("Status", "statuses"),
    ("PersonalDetails", "personal-details"), ("Branch", "branches"), ("Day", "days"), ("ApiToken", "api-tokens")])
def test_addresses_are_kebab_case_plurals(name, segment):
    assert plural(kebab(name)) == segment
