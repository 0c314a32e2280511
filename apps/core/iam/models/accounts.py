"""Accounts, the groups (teams) they belong to, and the tokens they give to machines."""
import unicodedata
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.iam.choices import AccountKind, AccountStatus
from apps.kernel.access import Access, DoorManager, can, may
from apps.kernel.bases import Tracked, Tree
from apps.kernel.search import folded_index
from apps.kernel.zones import known_time_zone


def normal_email(address: str) -> str:
    """One spelling of a mail address: NFKC, no surrounding space, lower case (security requirement 14)."""
    return unicodedata.normalize("NFKC", address).strip().lower()


class AccountManager(BaseUserManager, DoorManager):
    """Makes accounts; finds them by any spelling of their address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normal_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """An active account; without a password nobody can sign in to it."""
        fields.setdefault("status", AccountStatus.ACTIVE)
        user = self.model(email=normal_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, Tracked):
    """IAM-01: an account. The natural person behind it is tiers' business."""
    last_login = None       # sign-ins are acts in the audit log, not versions of the account

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind.choices, default=AccountKind.PERSON)
    status = models.CharField(_("status"), max_length=12, choices=AccountStatus.choices, default=AccountStatus.ACTIVE, editable=False)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="fr")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Paris", validators=[known_time_zone])
    is_staff = models.BooleanField(_("uses the back office"), default=False)
    is_superuser = models.BooleanField(_("superuser"), default=False, help_text=_("Passes every rule. Give it to few."))
    groups = models.ManyToManyField("iam.Group", through="iam.Membership", through_fields=("user", "group"), related_name="users",
                                    verbose_name=_("groups"))

    objects = AccountManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    access: ClassVar[Access] = Access(owner="id", columns=frozenset({"kind", "status", "is_staff"}))
    unrecorded: ClassVar[tuple[str, ...]] = ("password",)

    class Meta(Tracked.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("name", "pk")
        permissions = [("suspend_user", _("Can suspend, resume and deactivate accounts"))]
        indexes = [models.Index(fields=["name", "id"], name="iam_user_name"),
                   folded_index("name", "iam_user_search"), folded_index("email", "iam_user_email_search")]
        constraints = [
            models.UniqueConstraint(fields=["email"], name="iam_user_email",
                                    violation_error_message=_("An account with this e-mail already exists.")),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="iam_user_email_lower",
                                   violation_error_message=_("An e-mail is stored in lower case.")),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        super().clean()
        self.email = normal_email(self.email)

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # derived from the status, never set
        """Whether the account may act at all."""
        return self.status == AccountStatus.ACTIVE

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Django's question, answered by the door: `app.action_model`, for one row or for any."""
        app_label, codename = perm.split(".", 1)
        action, _sep, model_name = codename.rpartition("_")
        try:
            model = type(obj) if obj is not None else self._meta.apps.get_model(app_label, model_name)
        except LookupError:
            return self.is_active and self.is_superuser
        if not hasattr(model, "access"):
            return self.is_active and self.is_superuser
        return may(self, action, model) if obj is None else can(self, action, obj)

    def has_perms(self, perms: list[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perms)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether any page of the module has something for this account."""
        models_of_app = [model for model in self._meta.apps.get_app_config(app_label).get_models() if hasattr(model, "access")]
        return any(may(self, "view", model) for model in models_of_app)


class Group(Tracked, Tree):
    """IAM-02: a team. Members of a group also hold what is given to the groups it is part of."""
    name = models.CharField(_("name"), max_length=150)
    description = models.TextField(_("description"), blank=True)

    access: ClassVar[Access] = Access(group="id")

    class Meta(Tracked.Meta):
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ("name", "pk")
        indexes = [GistIndex(fields=["path"], name="iam_group_path"), folded_index("name", "iam_group_search")]
        constraints = [
            models.UniqueConstraint("name", name="iam_group_name", violation_error_message=_("A group with this name already exists.")),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="iam_group_parent",
                                   violation_error_message=_("A group cannot be part of itself.")),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Tracked):
    """A person in a group, perhaps as its manager."""
    group = models.ForeignKey(Group, verbose_name=_("group"), on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, verbose_name=_("account"), on_delete=models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(_("manages the group"), default=False)

    access: ClassVar[Access] = Access(parents=("group",))

    class Meta(Tracked.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="iam_membership_once",
                                               violation_error_message=_("This person is already in the group."))]

    def __str__(self) -> str:
        return str(_("manager") if self.is_manager else self._meta.verbose_name)


class ApiToken(Tracked):
    """SEC-04: a personal token for REST clients. Only its SHA-256 is kept; the secret is shown once."""
    user = models.ForeignKey(User, verbose_name=_("account"), on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100, help_text=_("What the token is used for."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    read_only = models.BooleanField(_("read only"), default=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    access: ClassVar[Access] = Access(owner="user")
    unrecorded: ClassVar[tuple[str, ...]] = ("digest", "last_used_at")

    class Meta(Tracked.Meta):
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether the token still opens the door."""
        return self.expires_at is None or self.expires_at > timezone.now()
