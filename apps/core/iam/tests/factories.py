"""Accounts, groups, roles and what they hold, for tests."""
import factory
from factory.django import DjangoModelFactory

from apps.core.iam.choices import AccountStatus
from apps.core.iam.models import Assignment, Group, Role, Rule, User


class UserFactory(DjangoModelFactory):
    """An active account that reads English and holds nothing. Nobody can sign in to it unless a password is given."""
    email = factory.Sequence(lambda n: f"user{n}@example.org")
    name = factory.Sequence(lambda n: f"User {n}")
    status = AccountStatus.ACTIVE
    language = "en"

    class Meta:
        model = User

    @classmethod
    def _create(cls, model_class, *args, password=None, **fields):
        return model_class.objects.create_user(fields.pop("email"), password, **fields)


class GroupFactory(DjangoModelFactory):
    """A team."""
    name = factory.Sequence(lambda n: f"Group {n}")

    class Meta:
        model = Group


class RoleFactory(DjangoModelFactory):
    """A role with a rule for each of `permissions` (app.action_model)."""
    code = factory.Sequence(lambda n: f"role-{n}")
    name = factory.Sequence(lambda n: f"Role {n}")

    class Meta:
        model = Role
        skip_postgeneration_save = True

    @factory.post_generation
    def permissions(self, create, extracted, **kwargs):
        for name in extracted or ():
            Rule.objects.create(role=self, permission=name)


def holding(user, *permissions, site=None, condition=None, deny=False):
    """The user, who from now on holds a role with these rules at the site and below it (everywhere without one)."""
    role = RoleFactory()
    for name in permissions:
        Rule.objects.create(role=role, permission=name, condition=condition, deny=deny)
    Assignment.objects.create(role=role, user=user, site=site)
    return user
