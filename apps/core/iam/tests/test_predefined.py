"""IAM-03 partly (no matrix page yet): the predefined roles and what each gives."""
import json
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import translation

from apps.core.factory.models import Site
from apps.core.iam import predefined
from apps.core.iam.models import Assignment, Role, Rule, User
from apps.kernel.access import can, may
from apps.kernel.errors import Conflict

pytestmark = pytest.mark.django_db


def model(label):
    return apps.get_model(label)


def holder(role, site=None):
    user = User.objects.create_user(f"{role}@example.org", name=role)
    Assignment(role=Role.objects.get(code=role), user=user, site=site).save()
    return user


def permissions(role):
    return set(Rule.objects.filter(role__code=role).values_list("permission", flat=True))


def test_four_roles_each_including_the_one_below():
    """IAM-03"""
    # given a database without roles / when
    found = predefined.sync()
    # then
    assert found.roles == ["guest", "user", "manager", "admin"]
    includes = {role.code: [below.code for below in role.includes.all()] for role in Role.objects.all()}
    assert includes == {"guest": [], "user": ["guest"], "manager": ["user"], "admin": ["manager"]}


def test_roles_are_named_in_the_language_of_the_site(settings):
    # given a caller who reads Spanish / when
    with translation.override("es"):
        predefined.sync()
    # then
    with translation.override(settings.LANGUAGE_CODE):
        assert Role.objects.get(code="manager").name == str(predefined.ROLES[2].name)


@pytest.mark.parametrize(("role", "given", "refused"), [
    ("guest", ["view"], ["add", "change", "export", "delete", "activate", "block", "archive", "merge"]),
    ("user", ["view", "add", "change", "export"], ["delete", "activate", "block", "archive", "merge"]),
    ("manager", ["view", "add", "change", "export", "delete", "activate", "block", "archive", "merge"], []),
    ("admin", ["view", "add", "change", "export", "delete", "activate", "block", "archive", "merge"], []),
])
def test_what_each_role_may_do_with_companies(role, given, refused):
    """IAM-04"""
    # given
    predefined.sync()
    user = holder(role)
    # when / then
    assert [action for action in [*given, *refused] if may(user, action, model("tiers.company"))] == given


@pytest.mark.parametrize("role", ["guest", "user", "manager"])
def test_rights_and_system_models_are_for_administrators_only(role):
    """IAM-03"""
    # given
    predefined.sync()
    user, administrator = holder(role), holder("admin")
    labels = ["iam.user", "iam.role", "iam.assignment", "iam.grant", "iam.apitoken"]
    # when / then
    assert [label for label in labels if may(user, "view", model(label))] == []
    assert [label for label in labels if not may(administrator, "change", model(label))] == []


def test_confidential_records_begin_with_managers():
    """IAM-03: personal details are read by Manager and Admin only."""
    # given
    predefined.sync()
    # when
    readers = [role for role in ("guest", "user", "manager", "admin") if may(holder(role), "view", model("tiers.personaldetails"))]
    # then
    assert readers == ["manager", "admin"]


@pytest.mark.parametrize(("role", "given"), [
    ("guest", ["view"]), ("user", ["view", "export"]), ("manager", ["view", "export", "add", "change", "delete"]),
    ("admin", ["view", "export", "add", "change", "delete"])])
def test_code_lists_are_read_by_everybody_and_kept_by_managers(role, given):
    """IAM-04"""
    # given
    predefined.sync()
    user = holder(role)
    # when / then
    for label in ("reference.country", "reference.locode", "reference.helipad"):
        assert [action for action in ("view", "export", "add", "change", "delete") if may(user, action, model(label))] == given


def test_a_manager_of_one_site_works_there_only():
    # given
    predefined.sync()
    here, there = Site(name="Ici", kind="base"), Site(name="Là", kind="base")
    here.save()
    there.save()
    manager = holder("manager", here)
    # when / then
    assert [can(manager, "change", site) for site in (here, there)] == [True, False]
    assert list(Site.objects.visible_to(manager)) == [here]


def test_lines_have_no_rules_of_their_own():
    # given / when
    offered = set().union(*predefined.defaults().values())
    # then
    assert "tiers.view_company" in offered
    assert not [name for name in offered if name.endswith(("_companyname", "_identifier", "_address", "_rule", "_membership"))]


def test_no_permission_is_offered_twice():
    # given / when
    offered = [name for names in predefined.defaults().values() for name in names]
    # then
    assert len(offered) == len(set(offered))


def test_the_second_synchronisation_changes_nothing():
    # given
    predefined.sync()
    before = list(Role.objects.order_by("pk").values_list("code", "version")), Rule.objects.count()
    # when
    again = predefined.sync()
    # then
    assert not again
    assert (list(Role.objects.order_by("pk").values_list("code", "version")), Rule.objects.count()) == before


def test_a_rule_taken_away_is_not_put_back():
    # given
    predefined.sync()
    Rule.objects.get(role__code="user", permission="tiers.export_person").delete()
    # when
    predefined.sync()
    # then
    assert "tiers.export_person" not in permissions("user")
    assert "tiers.export_company" in permissions("user")


def test_a_model_that_is_new_is_offered_to_roles_that_exist():
    # given roles made before the model of interests came
    predefined.sync()
    for role in Role.objects.all():
        role.extra = {"offered": [name for name in role.extra["offered"] if not name.endswith("_interest")]}
        role.save()
    Rule.objects.filter(permission__endswith="_interest").delete()
    # when
    found = predefined.sync()
    # then
    assert found.roles == []
    assert found.rules == {"guest": ["tiers.view_interest"], "manager": ["tiers.delete_interest"],
                           "user": ["tiers.add_interest", "tiers.change_interest", "tiers.export_interest"]}


def test_rules_are_recorded_as_the_systems_work():
    # given / when
    predefined.sync()
    # then
    rule = Rule.objects.get(role__code="guest", permission="tiers.view_company")
    assert rule.created_by.email == "system@opsflux.invalid"
    assert [version.pgh_context.metadata["user"] for version in rule.versions.all()] == [rule.created_by_id]


def test_somebody_elses_role_with_the_code_is_not_widened():
    # given an own role that only reads sites
    own = Role(code="user", name="Compteurs")
    own.save()
    # when / then
    with pytest.raises(Conflict) as refused:
        predefined.sync()
    assert refused.value.code == "role_code_taken"
    assert list(Role.objects.values_list("code", flat=True)) == ["user"]
    assert Rule.objects.count() == 0


def run(*arguments):
    out = StringIO()
    try:
        call_command("roles", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue(), error.returncode
    return out.getvalue(), 0


def test_command_does_it_once():
    # given / when
    answer, code = run("--json")
    # then
    assert code == 0
    assert json.loads(answer)["roles"] == ["guest", "user", "manager", "admin"]
    assert run("--json") == ('{"roles": [], "rules": {}, "dry_run": false}\n', 3)


def test_command_tried_first_leaves_nothing():
    # given / when
    answer, code = run("--json", "--dry-run")
    # then
    assert (json.loads(answer)["dry_run"], code) == (True, 0)
    assert Role.objects.count() == 0


def test_command_refuses_a_code_that_is_taken():
    # given
    Role(code="guest", name="Visiteurs").save()
    # when / then
    assert run() == ("", 4)
