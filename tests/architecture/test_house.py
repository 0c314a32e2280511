"""The rules of the house (docs/developer/house.md), checked on the source and on the loaded models."""
import ast
import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models

from apps.kernel.actions import ACTIONS
from apps.kernel.admin.resource import ResourceAdmin
from apps.kernel.apps import ModuleConfig
from apps.kernel.bases import Tracked
from tests.architecture.source import ROOT, sources

LINES, STATEMENTS = 400, 40
CORE = [
    "reference", "factory", "iam", "audit", "configuration", "jobs", "automation", "notifications", "mail", "files", "extrafields",
    "comments", "calendars", "checklists", "approvals", "search", "exchange", "views", "dashboards", "printing", "navigation", "shortlinks",
    "translations", "security", "backups", "sysadmin", "modules",
]
BUSINESS = [
    "tiers", "hr", "equipment", "inventory", "maintenance", "projects", "process", "quality", "production", "pobvue", "travelwiz",
    "mocvue", "cleanvue", "monitoring", "powertrace", "helpdesk", "planning", "organizer", "reporting", "redacteur", "portal",
]
ORDER = ["kernel", *CORE, *BUSINESS]
MEETING_PLACES = {"services", "selectors", "events", "choices", "registry"}
FROM_THE_DOOR = {"visible_to"}


def ours() -> list[type[models.Model]]:
    """The models of OpsFlux's own apps, history tables left out."""
    return [model for config in apps.get_app_configs() if isinstance(config, ModuleConfig) and config.name.startswith("apps.")
            for model in config.get_models() if not hasattr(model, "pgh_tracked_model")]


def product():
    """The product's own files: no tests, no migrations."""
    return [source for source in sources() if not source.is_test and not source.is_migration]


def test_files_are_short_enough_to_show_one_thing():
    long = [f"{s.path}: {n} lines" for s in product() if (n := s.text.count("\n")) > LINES]
    assert long == []


def test_functions_fit_on_a_screen():
    long = [f"{s.path}:{node.lineno} {node.name}" for s in product() for node in ast.walk(s.tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno - node.lineno + 1 > STATEMENTS]
    assert long == []


def test_no_file_is_called_utils():
    assert [s.path for s in sources() if s.path.endswith(("/utils.py", "/helpers.py"))] == []


def test_no_model_signals():
    signals = re.compile(r"django\.db\.models\.signals|\b(pre|post)_(save|delete|init)\b")
    assert [s.path for s in product() if signals.search(s.text)] == []


def test_neighbours_meet_in_services_selectors_events_choices_and_registries():
    wrong = []
    for source in product():
        if not source.app or source.app == "kernel":
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("apps."):
                parts = node.module.split(".")[1:]
                app = ".".join(parts[:2]) if parts[0] == "core" else parts[0]
                place = parts[2 if parts[0] == "core" else 1:]
                names = {place[0]} if place else {alias.name for alias in node.names}
                if app not in ("kernel", source.app) and not names <= MEETING_PLACES:
                    wrong.append(f"{source.path}:{node.lineno} {node.module}")
    assert wrong == []


def test_pages_apis_and_searches_read_through_the_door():
    """Security 1: no `.objects.all()`, `.get()`, `.filter()` … where something is shown."""
    shown = [s for s in product() if s.app and (s.path.endswith(("/admin.py", "/api.py", "/admin_pages.py", "/palette.py", "/consumers.py"))
                                                 or "/api/" in s.path or "/admin/" in s.path)]
    wrong = [f"{s.path}:{node.lineno} .objects.{node.attr}" for s in shown for node in ast.walk(s.tree)
             if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "objects"
             and node.attr not in FROM_THE_DOOR and "IdempotencyKey" not in ast.unparse(node)]
    assert wrong == []
    assert len(shown) > 10


def test_only_actions_write_a_status():
    assigned = [(s.path, node, target) for s in product() if s.path != "apps/kernel/actions.py" for node in ast.walk(s.tree)
                if isinstance(node, (ast.Assign, ast.AugAssign)) for target in getattr(node, "targets", None) or [node.target]]
    wrong = [f"{path}:{node.lineno}" for path, node, target in assigned
             if isinstance(target, ast.Attribute) and target.attr == "status" and not _is_response(target)]
    assert wrong == []


def _is_response(target: ast.Attribute) -> bool:
    return isinstance(target.value, ast.Name) and target.value.id in ("response", "self")


def test_every_model_is_tracked_or_internal():
    """A model of ours is a record with history behind the door, or a table without permissions of its own."""
    wrong = [model._meta.label for model in ours() if not issubclass(model, Tracked) and model._meta.default_permissions]
    assert wrong == []


def test_keys_point_to_the_left():
    """The right side holds the link: no foreign key to an app further right (the account model apart)."""
    place = {name: index for index, name in enumerate(ORDER)}
    wrong = []
    for model in ours():
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete and field.is_relation else None
            if target is None or target._meta.label == "iam.User" or isinstance(target, str):
                continue
            if place.get(target._meta.app_label, -1) > place[model._meta.app_label]:
                wrong.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert wrong == []


def test_apps_are_installed_in_the_order_of_the_house():
    labels = [config.label for config in apps.get_app_configs() if config.name.startswith("apps.")]
    assert labels == sorted(labels, key=ORDER.index)


def test_every_page_of_the_admin_is_a_resources_page():
    wrong = [model._meta.label for model, page in admin.site._registry.items() if not isinstance(page, ResourceAdmin)]
    assert wrong == []


def test_every_status_with_actions_has_their_permissions():
    wrong = [f"{label}.{action.right}" for label, found in ACTIONS.items() for action in found.values()
             if f"{action.right}_{action.model._meta.model_name}" not in dict(action.model._meta.permissions)
             and action.right not in action.model._meta.default_permissions]
    assert wrong == []
    assert ACTIONS, "no action is declared: the check would prove nothing"


@pytest.mark.parametrize("model", [model for model in ours() if issubclass(model, Tracked)], ids=lambda model: model._meta.label)
def test_every_record_has_its_history(model):
    assert model.versions.rel.related_model.pgh_tracked_model is model


def test_the_house_is_written_down():
    page = (ROOT / "docs" / "developer" / "house.md").read_text(encoding="utf-8")
    assert all(name in page for name in ("door", "service", "events", "left"))
