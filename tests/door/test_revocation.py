"""When a change of rights shows: at the next session, in every process, never before its commit and never after a rollback."""
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.core.factory.models import Site
from apps.core.iam.door import Book
from apps.core.iam.models import Assignment, Grant, Group, Membership, Role, RoleInclusion, Rule, User
from apps.kernel.access import can, can_many, may, rights, session
from tests.door.app.models import Paper

VIEW = "doorproof.view_paper"


def account(name="anna", **fields):
    return User.objects.create_user(f"{name}@door.test", name=name, **fields)


def site(name, parent=None):
    return Site.objects.create(name=name, kind="plant", parent=parent)


def paper(number, **fields):
    return Paper.objects.create(number=number, name=number, status="open", **fields)


def viewer(user, where=None, condition=None, **fields):
    """A role that allows viewing papers, held by the user; returns (rule, assignment)."""
    role = Role.objects.create(code=f"viewer-{Role.objects.count()}", name="Viewer")
    return (Rule.objects.create(role=role, permission=VIEW, condition=condition),
            Assignment.objects.create(role=role, user=user, site=where, **fields))


def seen(user):
    with session():
        return set(Paper.objects.visible_to(user).values_list("number", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["rule deleted", "rule denies", "condition", "assignment deleted", "assignment ended",
                                    "role's inclusion deleted", "suspended"])
def test_a_right_taken_away_is_gone_at_the_next_session(change):
    # given somebody who sees a paper through an included role
    user, top = account(), site("Top")
    rule, assignment = viewer(user, top)
    outer = Role.objects.create(code="outer", name="Outer")
    inclusion = RoleInclusion.objects.create(role=outer, included=rule.role)
    Assignment.objects.filter(pk=assignment.pk).update(role=outer)
    paper("P-1", site=top)
    with session():
        assert can(user, "view", Paper.objects.get())
        # when the right is taken away
        {"rule deleted": rule.delete,
         "rule denies": lambda: Rule.objects.filter(pk=rule.pk).update(deny=True),
         "condition": lambda: Rule.objects.filter(pk=rule.pk).update(condition={"status": "closed"}),
         "assignment deleted": lambda: Assignment.objects.all().delete(),
         "assignment ended": lambda: Assignment.objects.update(ends_at=timezone.now() - timedelta(seconds=1)),
         "role's inclusion deleted": inclusion.delete,
         "suspended": lambda: User.objects.filter(pk=user.pk).update(status="suspended")}[change]()
        # then the session that had begun keeps its answer, to the end
        assert can(user, "view", Paper.objects.get())
    # and the next one has it no longer
    assert seen(user) == set()


@pytest.mark.django_db
def test_a_moved_site_takes_its_rows_into_the_new_scope_at_the_next_session():
    # given two regions, a site below the first, and a manager of each region
    north, south = site("North"), site("South")
    plant = site("Plant", parent=north)
    of_north, of_south = account("nora"), account("sven")
    viewer(of_north, north)
    viewer(of_south, south)
    paper("P-1", site=plant)
    assert (seen(of_north), seen(of_south)) == ({"P-1"}, set())
    # when the site moves to the other region
    plant.parent = south
    plant.save()
    # then the other manager sees it, and the first no longer
    assert (seen(of_north), seen(of_south)) == (set(), {"P-1"})


@pytest.mark.django_db
def test_grants_and_memberships_show_at_the_next_session():
    # given a paper granted to a group above the user's group
    user, outer = account(), Group.objects.create(name="Outer")
    inner = Group.objects.create(name="Inner", parent=outer)
    one = paper("P-1")
    Grant.objects.create(permission=VIEW, object_id=one.pk, group=outer)
    assert seen(user) == set()
    # when the user joins and leaves
    member = Membership.objects.create(user=user, group=inner)
    assert seen(user) == {"P-1"}
    member.delete()
    # then the paper is gone again, and a grant dies with its object
    assert seen(user) == set()
    Paper.objects.all().delete()
    assert not Grant.objects.exists()


@pytest.mark.django_db
def test_a_session_asks_once_and_again_only_after_rules_changed(django_assert_num_queries):
    # given a user whose rights were asked for once
    user, top = account(), site("Top")
    rule, _ = viewer(user, top)
    seen(user)
    # when nothing of the rules has changed, then a session costs one query, however many questions it asks
    with session(), django_assert_num_queries(1):
        assert all(may(user, "view", Paper) for _ in range(5))
    # and two after a rule changed
    Rule.objects.filter(pk=rule.pk).update(condition="own")
    with session(), django_assert_num_queries(2):
        assert may(user, "view", Paper)


@pytest.mark.django_db(transaction=True)
def test_a_change_rolled_back_never_answers_for_a_later_one():
    # given a user who sees one paper
    user, top = account(), site("Top")
    rule, _ = viewer(user, top)
    paper("P-1", site=top)
    versions = {rights(user).book.version}
    # when a change is seen in its own transaction and then rolled back, twice, once inside a savepoint
    with transaction.atomic():
        Rule.objects.filter(pk=rule.pk).update(deny=True)
        assert seen(user) == set()
        versions.add(rights(user).book.version)
        transaction.set_rollback(True)
    assert seen(user) == {"P-1"}
    with transaction.atomic():
        point = transaction.savepoint()
        Rule.objects.filter(pk=rule.pk).delete()
        assert seen(user) == set()
        versions.add(rights(user).book.version)
        transaction.savepoint_rollback(point)
        assert seen(user) == {"P-1"}
    # then the change that is kept has a version of its own and answers for itself
    Rule.objects.filter(pk=rule.pk).update(condition={"status": "open"})
    versions.add(rights(user).book.version)
    assert seen(user) == {"P-1"}
    assert len(versions) == 4


@pytest.mark.django_db(transaction=True)
def test_what_another_transaction_has_not_committed_is_nobody_elses():
    # given a user who sees a paper, and a second connection of this process
    user, top = account(), site("Top")
    rule, _ = viewer(user, top)
    paper("P-1", site=top)
    changed, checked, inside = Event(), Event(), []

    def other():
        try:
            with transaction.atomic():
                Rule.objects.filter(pk=rule.pk).update(deny=True)
                inside.append(seen(user))       # its book of the rules is the process's newest now
                changed.set()
                checked.wait(10)
                inside.append(seen(user))
                transaction.set_rollback(True)
        finally:
            changed.set()
            connection.close()
    thread = Thread(target=other)
    thread.start()
    # when the other connection has denied the paper without committing
    assert changed.wait(10)
    # then it is denied there, and only there
    assert seen(user) == {"P-1"}
    checked.set()
    thread.join(10)
    assert inside == [set(), set()]
    assert seen(user) == {"P-1"}


@pytest.mark.django_db(transaction=True)
def test_threads_of_different_transactions_keep_their_own_book(monkeypatch):
    # given a book that another thread replaces between its making and its use
    user, top = account(), site("Top")
    viewer(user, top)
    paper("P-1", site=top)
    made = Book.__init__

    def made_and_replaced(book):
        made(book)
        stranger = object.__new__(Book)
        stranger.version, stranger.rules, stranger.paths = -1, {}, {}
        Book.current = stranger
    Book.current = None
    monkeypatch.setattr(Book, "__init__", made_and_replaced)
    # when rights are read, then they come from the book that was made for them
    assert seen(user) == {"P-1"}


@pytest.mark.django_db
def test_an_assignment_is_held_from_its_start_until_just_before_its_end():
    # given an assignment that starts in an hour, and one that has just ended
    user, top, now = account(), site("Top"), timezone.now()
    viewer(user, top, starts_at=now + timedelta(hours=1))
    viewer(user, top, ends_at=now)
    one = paper("P-1", site=top)
    # then neither gives anything, for one row or for a page of buttons
    assert seen(user) == set()
    assert can_many(user, "view", [one]) == set()
    # and once begun, the first does
    Assignment.objects.filter(ends_at=None).update(starts_at=now)
    assert seen(user) == {"P-1"}
