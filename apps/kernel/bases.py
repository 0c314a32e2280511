"""What every record is made of: Tracked, Document, Catalogue, Tree, and lines that live under a parent."""
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apps.kernel.access import Access, DoorManager
from apps.kernel.context import acting
from apps.kernel.errors import Stale
from apps.kernel.trees import PathField


def _actor(verbose_name: Any) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=verbose_name, null=True, blank=True, editable=False,
                             on_delete=models.SET_NULL, related_name="+", db_index=False)


class Tracked(models.Model):
    """A row that knows who made it and when, its version, and its extra fields; its history is kept by the database."""
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)
    created_by = _actor(_("created by"))
    updated_by = _actor(_("changed by"))
    version = models.PositiveIntegerField(_("version"), default=1, db_default=1, editable=False)
    extra = models.JSONField(_("extra fields"), default=dict, db_default={}, blank=True, editable=False)

    objects = DoorManager()

    access: ClassVar[Access] = Access()
    unrecorded: ClassVar[tuple[str, ...]] = ()      # columns that history leaves out (search text)
    resource: ClassVar[bool] = True                 # False: an internal table without admin, API and contract
    successor: ClassVar[str] = ""                   # the reference that, when set, names the record this one became part of
    confidential: ClassVar[bool] = False            # True: of the predefined roles only Manager and Admin see any of it
    reference: ClassVar[bool] = False               # True: a code list that every role reads; Manager and Admin keep it

    class Meta:
        abstract = True
        default_permissions = ("view", "add", "change", "delete", "export")

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, or update exactly the version that was read; a newer one in the database raises Stale and nothing is written."""
        actor = acting().actor_id
        adding = self._state.adding
        if adding and self.created_by_id is None:
            self.created_by_id = actor
        self.updated_by_id = actor
        if not adding and kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_by"}
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
        if not adding:
            self.version += 1       # as the trigger did
        self._touch_parent()

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete the row; a line's parent becomes a new version, as its trigger made it."""
        deleted = super().delete(*args, **kwargs)
        self._touch_parent()
        return deleted

    def _touch_parent(self) -> None:
        for name in self.access.parents:
            parent = self._state.fields_cache.get(name)
            if parent is not None:
                parent.version += 1

    def _do_update(self, *args: Any, **kwargs: Any) -> Any:
        """Django's own hook: the UPDATE of one row, here of the version that was read."""
        base_qs, using, pk_val, values, *rest = args
        values = [item for item in values if item[0].name not in ("version", "created_at", "updated_at")]
        updated = super()._do_update(base_qs.filter(version=self.version), using, pk_val, values, *rest, **kwargs)
        if updated:
            return updated
        if base_qs.filter(pk=pk_val).exists():
            raise Stale(self, self.version)
        return False


class Catalogue(Tracked):
    """A list people choose from: code, name, whether it is still offered."""
    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    active = models.BooleanField(_("active"), default=True)

    class Meta(Tracked.Meta):
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class Document(Tracked):
    """A numbered paper of a site, with an owner and a status that only actions write."""
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    status = models.CharField(_("status"), max_length=40, editable=False)
    site = models.ForeignKey("factory.Site", verbose_name=_("site"), null=True, blank=True, on_delete=models.PROTECT,
                             related_name="+", db_index=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, verbose_name=_("owner"), null=True, blank=True, on_delete=models.PROTECT,
                              related_name="+", db_index=False)
    description = models.TextField(_("description"), blank=True)
    tags = ArrayField(models.CharField(max_length=40), verbose_name=_("tags"), default=list, blank=True)

    access = Access(site="site", owner="owner", columns=frozenset({"status", "number"}))

    class Meta(Tracked.Meta):
        abstract = True
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["site", "-created_at", "-id"]),
            models.Index(fields=["owner", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return self.number


class Tree(models.Model):
    """A node under a parent. `path` is the ltree of primary keys from the root, kept by the database, which refuses cycles."""
    parent = models.ForeignKey("self", verbose_name=_("part of"), null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = PathField(_("path"))

    class Meta:
        abstract = True
        indexes = [GistIndex(fields=["path"])]
