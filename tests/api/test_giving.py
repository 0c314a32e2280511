"""Nobody gives a right they do not hold, nor takes back a denial of one (security requirement 6)."""
import pytest

from apps.core.factory.models import Site
from apps.core.iam.models import ApiToken, Assignment, Grant, Group, Membership, Role, RoleInclusion, Rule, User
from apps.kernel.testing.api import account, caller

pytestmark = pytest.mark.django_db
GIVING = [f"iam.{action}_{model}" for action in ("view", "add", "change", "delete")
          for model in ("assignment", "role", "group", "user", "grant")] + ["factory.view_site"]


def role(code: str, *permissions: str, deny: tuple[str, ...] = ()) -> Role:
    made = Role.objects.create(code=code, name=code)
    for permission in (*permissions, *deny):
        Rule.objects.create(role=made, permission=permission, deny=permission in deny)
    return made


@pytest.fixture
def north():
    return Site.objects.create(name="Nord", kind="field")


@pytest.fixture
def south():
    return Site.objects.create(name="Sud", kind="field")


@pytest.fixture
def chief(north):
    """Manages rights and reads sites, in the north."""
    user = account()
    Assignment.objects.create(role=role("chief", *GIVING, "factory.change_site"), user=user, site=north)
    Assignment.objects.create(role=role("people", "iam.view_user", "iam.view_role", "iam.view_group"), user=user)
    return user


def give(user, held, to, site):
    return caller(user).post("/api/v1/iam/assignments/", {"role": held.pk, "user": to.pk, "site": site and site.pk})


def test_one_gives_what_one_holds_where_one_holds_it(chief, north, south):
    # given a role of which the chief holds everything in the north, and one that can more
    reads, deletes, person = role("reads", "factory.view_site"), role("deletes", "factory.delete_site"), account()
    below = Site.objects.create(name="Nord 1", kind="plant", parent=north)
    # then it is given in the north and below, and nowhere else; the other one is not given at all, and nothing is kept of the attempt
    assert [give(chief, reads, person, site).status_code for site in (north, below)] == [201, 201]
    assert give(chief, reads, person, south).status_code == 422     # the south is not shown to the chief
    assert give(chief, reads, person, None).status_code == 403
    refused = give(chief, deletes, person, north)
    assert (refused.status_code, "factory.delete_site" in refused.data["detail"]) == (403, True)
    assert Assignment.objects.filter(user=person).count() == 2


def test_a_conditional_right_is_given_under_its_condition_only(chief, north):
    # given a chief who exports plants only
    own, person = Role.objects.create(code="own", name="own"), account()
    Rule.objects.create(role=own, permission="factory.export_site", condition={"kind": "plant"})
    Assignment.objects.create(role=own, user=chief, site=north)
    same, more = Role.objects.create(code="same", name="same"), role("more", "factory.export_site")
    Rule.objects.create(role=same, permission="factory.export_site", condition={"kind": "plant"})
    assert (give(chief, same, person, north).status_code, give(chief, more, person, north).status_code) == (201, 403)


def test_who_is_denied_cannot_give(chief, north):
    # given a denial below the place
    Assignment.objects.create(role=role("no", deny=("factory.view_site",)), user=chief,
                              site=Site.objects.create(name="Nord 2", kind="plant", parent=north))
    assert give(chief, role("reads", "factory.view_site"), account(), north).status_code == 403


def test_a_denial_is_lifted_by_who_holds_the_right(chief, north):
    # given a person to whom deleting sites is denied, which the chief cannot do either
    denied = Assignment.objects.create(role=role("no", deny=("factory.delete_site",)), user=account(), site=north)
    lifted = Assignment.objects.create(role=role("no view", deny=("factory.change_site",)), user=account(), site=north)
    client = caller(chief)
    answers = [client.delete(f"/api/v1/iam/assignments/{one.pk}/", headers={"If-Match": '"1"'}).status_code for one in (denied, lifted)]
    assert answers == [403, 204]


def test_a_role_is_changed_by_who_holds_its_rights_everywhere(chief, north):
    # given somebody who may edit roles everywhere, and reads sites in the north only
    Assignment.objects.create(role=role("editor", "iam.view_role", "iam.change_role"), user=chief)
    target, strong = role("target"), role("strong", "factory.delete_site")
    client = caller(chief)
    assert client.post("/api/v1/iam/rules/", {"role": target.pk, "permission": "factory.view_site"}).status_code == 403
    assert client.post("/api/v1/iam/role-inclusions/", {"role": target.pk, "included": strong.pk}).status_code == 403
    assert client.post("/api/v1/iam/rules/", {"role": target.pk, "permission": "iam.view_role"}).status_code == 201
    assert not Rule.objects.filter(role=target, permission="factory.view_site").exists() and not RoleInclusion.objects.exists()


def test_joining_a_team_gives_what_the_team_holds(chief):
    # given a team below one that may delete sites everywhere
    above = Group.objects.create(name="Above")
    team, harmless = Group.objects.create(name="Team", parent=above), Group.objects.create(name="Harmless")
    Assignment.objects.create(role=role("strong", "factory.delete_site"), group=above)
    Assignment.objects.create(role=role("groups", "iam.view_group", "iam.change_group"), user=chief)
    client, person = caller(chief), account()
    assert client.post("/api/v1/iam/memberships/", {"group": team.pk, "user": person.pk}).status_code == 403
    assert client.post("/api/v1/iam/memberships/", {"group": harmless.pk, "user": person.pk}).status_code == 201
    moved = client.patch(f"/api/v1/iam/groups/{harmless.pk}/", {"parent": above.pk}, headers={"If-Match": '"2"'})
    assert (moved.status_code, Membership.objects.filter(group=team).count()) == (403, 0)


def test_a_grant_is_given_by_who_holds_the_right_on_the_object(north, south):
    # given somebody who may give grants, and holds changes in the north
    user, person = account(), account()
    Assignment.objects.create(role=role("grants", "iam.view_grant", "iam.add_grant", "iam.view_user"), user=user)
    Assignment.objects.create(role=role("north", "factory.view_site", "factory.change_site"), user=user, site=north)
    client = caller(user)

    def grant(permission, site):
        return client.post("/api/v1/iam/grants/", {"permission": permission, "object_id": site, "user": person.pk})

    assert grant("factory.change_site", north.pk).status_code == 201
    assert grant("factory.delete_site", north.pk).status_code == 403
    hidden, missing = grant("factory.change_site", south.pk), grant("factory.change_site", 9_000_000_000)
    assert hidden.status_code == missing.status_code == 422 and hidden.data["errors"] == missing.data["errors"]
    assert Grant.objects.count() == 1


def test_the_account_of_a_superuser_is_superusers_business(chief):
    # given somebody who may change every account
    Assignment.objects.create(role=role("accounts", "iam.change_user", "iam.delete_user"), user=chief)
    root, person = account(superuser=True), account()
    client = caller(chief)
    answers = [client.patch(f"/api/v1/iam/users/{one.pk}/", {"email": "mine@example.org"}, headers={"If-Match": '"1"'}).status_code
               for one in (root, person)]
    assert answers == [403, 200] and User.objects.get(pk=root.pk).email == root.email
    body = {"email": "x@example.org", "name": "X"}
    for name in ("is_superuser", "is_staff", "status", "password"):
        assert client.post("/api/v1/iam/users/", {**body, name: True}).status_code in (403, 422)


def test_a_token_is_its_accounts_own():
    # given two people who may handle every token
    first, second = account(), account()
    handles = role("tokens", *(f"iam.{action}_apitoken" for action in ("view", "add", "change", "delete")))
    for user in (first, second):
        Assignment.objects.create(role=handles, user=user)
    made = caller(first).post("/api/v1/iam/api-tokens/", {"name": "Machine"})
    # then a token acts as who made it, and only that one makes it stronger; others may end it
    assert made.data["secret"].startswith("ofx_") and ApiToken.objects.get().user == first
    assert caller(second).post("/api/v1/iam/api-tokens/", {"name": "X", "user": first.pk}).status_code == 422
    path = f"/api/v1/iam/api-tokens/{made.data['id']}/"
    assert "secret" not in caller(first).get(path).data
    assert caller(second).patch(path, {"read_only": False}, headers={"If-Match": '"1"'}).status_code == 403
    assert caller(second).delete(path, headers={"If-Match": '"1"'}).status_code == 204


def test_a_site_is_placed_within_ones_rights(north, south):
    # given a manager of the north
    user, inside = account(), Site.objects.create(name="Nord 3", kind="plant", parent=north)
    Assignment.objects.create(role=role("manager", *(f"factory.{a}_site" for a in ("view", "add", "change"))), user=user, site=north)
    Assignment.objects.create(role=role("looks", "factory.view_site"), user=user, site=south)
    client = caller(user)

    def add(parent):
        return client.post("/api/v1/factory/sites/", {"name": "New", "kind": "plant", "parent": parent and parent.pk}).status_code

    def move(site, parent):
        version = Site.objects.get(pk=site.pk).version
        return client.patch(f"/api/v1/factory/sites/{site.pk}/", {"parent": parent and parent.pk},
                            headers={"If-Match": f'"{version}"'}).status_code

    # then sites are added and moved below it, and neither elsewhere, nor out of it, nor to the top
    assert [add(north), add(inside), add(south), add(None)] == [201, 201, 403, 403]
    assert [move(inside, south), move(inside, None), move(north, south)] == [403, 403, 403]
    other = Site.objects.get(name="New", parent=north)
    assert move(inside, other) == 200 and move(other, inside) == 422        # a circle
    assert Site.objects.get(pk=inside.pk).parent == other
