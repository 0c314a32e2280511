"""Every address of the product and who may call it, from the URL patterns themselves.

After a deliberate change: python -m tests.api.inventory > tests/api/urls_inventory.txt"""
import os
import sys
from collections.abc import Iterator
from typing import Any

import django
from django.urls import URLPattern, URLResolver, get_resolver


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        where = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield where, one.callback
        else:
            yield from patterns(one, where)


def who(callback: Any) -> str:
    """The permission classes of a view and, of a resource, what each method does; "page" for what is no view of the API."""
    view = getattr(callback, "cls", None)
    if view is None:
        return "page"
    methods = [f"{method.upper()}={action}" for method, action in sorted((getattr(callback, "actions", None) or {}).items())
               if method != "head"]
    return " ".join(["+".join(one.__name__ for one in view.permission_classes), *methods])


def everything() -> list[tuple[str, Any]]:
    """Every address with its view."""
    return sorted((("/" + where, callback) for where, callback in patterns(get_resolver())), key=lambda pair: pair[0])


def lines() -> list[str]:
    """One line an address. The back office's are left to the test of what an anonymous caller gets."""
    return [f"{where}  {who(callback)}" for where, callback in everything() if not where.startswith("/admin/")]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsflux.settings")
    django.setup()
    sys.stdout.write("\n".join(lines()) + "\n")
