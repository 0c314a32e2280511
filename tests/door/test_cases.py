"""Single points of the door's meaning, written out: each has been a hole somewhere."""
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from apps.core.iam.choices import AccountStatus
from apps.core.iam.models import Assignment, Grant, Role, Rule
from apps.kernel.access import can, can_many, enforce, may, pick_all, session
from tests.door.app.models import Line, Memo, Paper, Term
from tests.door.test_revocation import VIEW, account, paper, seen, site, viewer


def add_rule(assignment, permission=VIEW, **fields):
    return Rule.objects.create(role=assignment.role, permission=permission, **fields)


@pytest.mark.django_db
@pytest.mark.parametrize("superuser", [False, True])
@pytest.mark.parametrize("status", [status for status in AccountStatus if status != AccountStatus.ACTIVE])
def test_an_account_that_is_not_active_sees_nothing(status, superuser):
    # given rights everywhere, for somebody whose account is not active
    user = account(status=status, is_superuser=superuser)
    viewer(user)
    one = paper("P-1", owner=user)
    Grant.objects.create(permission=VIEW, object_id=one.pk, user=user)
    # then nothing is seen, nothing can be done, no menu is shown
    assert seen(user) == set()
    assert not can(user, "view", one)
    assert not may(user, "view", Paper)


@pytest.mark.django_db
def test_nobody_signed_in_sees_nothing():
    # given a paper
    paper("P-1")
    # when nobody is signed in, inside a session or outside
    with session():
        assert not Paper.objects.visible_to(AnonymousUser()).exists()
    # then nothing is seen
    assert not Paper.objects.visible_to(AnonymousUser()).exists()
    assert not may(SimpleNamespace(pk=None), "view", Paper)


@pytest.mark.django_db
def test_a_deny_about_an_empty_column_denies_only_what_is_known_to_meet_it():
    # given a deny for large amounts and papers with a large, a small and no amount
    user = account()
    _rule, held = viewer(user)
    add_rule(held, condition={"amount__gt": 1000}, deny=True)
    for number, amount in (("large", 2000), ("small", 5), ("none", None)):
        paper(number, amount=amount)
    # then only the large one is hidden
    assert seen(user) == {"small", "none"}


@pytest.mark.django_db
def test_a_deny_wins_over_a_grant_and_over_another_role():
    # given a paper granted, allowed by a role everywhere, and denied at its site
    user, top = account(), site("Top")
    viewer(user)
    denied = Role.objects.create(code="no", name="No")
    Rule.objects.create(role=denied, permission=VIEW, deny=True)
    Assignment.objects.create(role=denied, user=user, site=top)
    one = paper("P-1", site=top)
    Grant.objects.create(permission=VIEW, object_id=one.pk, user=user)
    paper("P-2")
    # then it stays hidden; a paper of no site is inside no scope
    assert seen(user) == {"P-2"}


@pytest.mark.django_db
def test_a_paper_of_no_site_is_for_those_who_hold_the_role_everywhere():
    # given papers with and without a site, a manager of the site and one of everything
    top = site("Top")
    paper("here", site=top)
    paper("nowhere")
    local, general = account("local"), account("general")
    viewer(local, top)
    viewer(general)
    # then only the second sees what lies nowhere
    assert seen(local) == {"here"}
    assert seen(general) == {"here", "nowhere"}


@pytest.mark.django_db
def test_what_has_no_site_is_read_from_any_scope_and_written_from_everywhere_only():
    # given a term, and a role with all rights on terms held at one site
    user, term = account(), Term.objects.create(status="open")
    _rule, held = viewer(user, site("Top"))
    for action in ("view", "export", "change", "add", "delete"):
        add_rule(held, permission=f"doorproof.{action}_term")
    # then it is read and exported, but not written
    assert [action for action in ("view", "export", "change", "add", "delete") if can(user, action, term)] == ["view", "export"]
    # and with the role held everywhere it is written too
    Assignment.objects.update(site=None)
    assert all(can(user, action, term) for action in ("view", "export", "change", "add", "delete"))


@pytest.mark.django_db
def test_a_line_is_judged_by_the_parent_it_has():
    # given a paper one may view and change, a term one may not, and lines of both
    user = account()
    _rule, held = viewer(user, condition={"status": "open"})
    add_rule(held, permission="doorproof.change_paper", condition="own")
    mine, other = paper("P-1", owner=user), paper("P-2")
    lines = [Line.objects.create(paper=one, label="x") for one in (mine, other)]
    memos = [Memo.objects.create(paper=mine), Memo.objects.create(term=Term.objects.create(status="open")), Memo.objects.create()]
    # then lines are seen with their paper, and added, changed and deleted by whom may change it
    assert can_many(user, "view", lines) == {line.pk for line in lines}
    assert [can_many(user, action, lines) for action in ("add", "change", "delete")] == [{lines[0].pk}] * 3
    # and a memo of a term, or of nothing, is not seen
    assert can_many(user, "view", memos) == {memos[0].pk}


@pytest.mark.django_db
def test_a_row_may_be_moved_neither_into_nor_out_of_a_scope_not_held():
    # given somebody who changes the papers of one site
    user, here, there = account(), site("Here"), site("There")
    _rule, held = viewer(user, here)
    add_rule(held, permission="doorproof.change_paper")
    one, foreign = paper("P-1", site=here), paper("P-2", site=there)
    # when the paper is moved elsewhere, then it is refused, naming the right
    one.site = there
    one.save()
    with pytest.raises(PermissionDenied, match=r"doorproof\.change_paper"):
        enforce(user, "change", one)
    # and a foreign paper cannot be fetched to be changed
    assert not Paper.objects.visible_to(user, "change").filter(pk=foreign.pk).exists()


@pytest.mark.django_db
def test_a_bulk_action_with_one_foreign_row_does_nothing():
    # given two papers of which one is visible
    user, here = account(), site("Here")
    viewer(user, here)
    papers = [paper("P-1", site=here), paper("P-2")]
    # when both are picked, then all is refused; the visible one alone is given, locked
    with pytest.raises(PermissionDenied):
        pick_all(user, "view", Paper, [one.pk for one in papers])
    assert pick_all(user, "view", Paper, [papers[0].pk]) == [papers[0]]


@pytest.mark.django_db
@pytest.mark.parametrize("condition", [
    {"nope": 1}, {"site__name": "x"}, {"tags": "x"}, {"status": None}, {"site": "abc"}, {"site": 1.5}, {"site": True},
    {"site__in": [2 ** 70]}, {"amount__lt": [1]}, {"amount__in": 5}, {"owner__isnull": 1}, {"due": "$company"}, {"status": "$user"},
    {"site__lt": "$sites"}, {"company": "$nobody"}, "mine", [], {}, ["own", {}], 7, True])
def test_a_condition_that_cannot_be_read_is_refused_when_saved(condition):
    # given a rule with a condition outside the grammar
    role = Role.objects.create(code="r", name="R")
    # when it is checked, as every form and the API do before saving
    with pytest.raises(ValidationError) as refused:
        Rule(role=role, permission=VIEW, condition=condition).full_clean()
    # then the field is named
    assert list(refused.value.message_dict) == ["condition"]


@pytest.mark.django_db
@pytest.mark.parametrize("condition", [
    None, "own", "group", "company", {"status": "draft", "amount__lte": 100}, [{"owner": "$user"}, {"site__in": "$sites"}],
    {"site": "$sites"}, {"group__in": "$groups"}, {"company": ["1", 2]}, {"due__gte": "2026-01-31"}, {"urgent": True},
    {"owner__isnull": False}, {"status__in": []}, [["own"], "company"], {"company": "$company", "owner": "$person"}])
def test_a_condition_of_the_grammar_is_accepted(condition):
    # given a rule with a condition of the grammar, when it is checked, then nothing is refused
    Rule(role=Role.objects.create(code="r", name="R"), permission=VIEW, condition=condition).full_clean()


@pytest.mark.django_db
@pytest.mark.parametrize("permission", [
    "doorproof.view_line", "doorproof.fly_paper", "doorproof.view_nothing", "nowhere.view_paper", "paper", ""])
def test_a_permission_that_is_none_is_refused_when_saved(permission):
    # given a rule about no permission, or about a line, which its parent decides
    role = Role.objects.create(code="r", name="R")
    # when it is checked, then the permission is named
    with pytest.raises(ValidationError) as refused:
        Rule(role=role, permission=permission).full_clean()
    assert list(refused.value.message_dict) == ["permission"]


@pytest.mark.django_db
def test_the_proofs_own_tables_are_those_of_the_models():
    # given the kernel's bases as they are now, when migrations are compared with the models, then none is missing
    call_command("makemigrations", "doorproof", check=True, dry_run=True, verbosity=0)
