"""A document with every scope column, lines with one and with two kinds of parent, a model without a site, whom a user works for."""
from typing import ClassVar

from django.conf import settings
from django.db import models

from apps.kernel.access import Access
from apps.kernel.bases import Document, Tracked
from apps.kernel.search import folded_index


class Paper(Document):
    """A document of a site, with the columns rights may hang on."""
    name = models.CharField(max_length=200)
    group = models.ForeignKey("iam.Group", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    company = models.IntegerField(null=True)
    amount = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    due = models.DateField(null=True)
    urgent = models.BooleanField(null=True)

    access: ClassVar[Access] = Access(site="site", owner="owner", group="group", company="company",
                                      columns=frozenset({"status", "amount", "due", "urgent"}))
    resource: ClassVar[bool] = False

    class Meta(Document.Meta):
        permissions = [("approve_paper", "approve")]
        indexes = [*Document.Meta.indexes,
                   models.Index(fields=["group", "-created_at", "-id"], name="paper_group"),
                   models.Index(fields=["company", "-created_at", "-id"], name="paper_company"),
                   folded_index("name", "paper_name")]


class Line(Tracked):
    """A line of a paper: judged as its paper is."""
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="lines")
    label = models.CharField(max_length=100)

    access: ClassVar[Access] = Access(parents=("paper",))
    resource: ClassVar[bool] = False


class Term(Tracked):
    """Something of no site: read with the right held anywhere, written only with the right held everywhere. Owners change their own."""
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=20)

    access: ClassVar[Access] = Access(owner="owner", own=frozenset({"change"}), columns=frozenset({"status"}))
    resource: ClassVar[bool] = False


class Memo(Tracked):
    """A line that hangs on a paper or on a term."""
    paper = models.ForeignKey(Paper, null=True, on_delete=models.CASCADE, related_name="memos")
    term = models.ForeignKey(Term, null=True, on_delete=models.CASCADE, related_name="memos")

    access: ClassVar[Access] = Access(parents=("paper", "term"))
    resource: ClassVar[bool] = False


class Badge(models.Model):
    """The company and the person behind an account: where $company and $person come from in the proof."""
    user = models.OneToOneField(settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+")
    company = models.IntegerField(null=True)
    person = models.IntegerField(null=True)

    class Meta:
        default_permissions = ()
