"""Words that companies and persons are described with."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class CompanyStatus(models.TextChoices):
    """Where a company stands with us; written by actions only."""
    PROSPECT = "prospect", _("prospect")
    ACTIVE = "active", _("active")
    BLOCKED = "blocked", _("blocked")
    ARCHIVED = "archived", _("archived")


class NameKind(models.TextChoices):
    """What a name of a company is."""
    LEGAL = "legal", _("legal name")
    TRADE = "trade", _("trade name")
    FORMER = "former", _("former name")


class Check(models.TextChoices):
    """How sure a number is."""
    VALID = "valid", _("check digits agree")
    UNVERIFIED = "unverified", _("not verifiable")


class Role(models.TextChoices):
    """TIE-02: what a company is to us."""
    CLIENT = "client", _("client")
    SUPPLIER = "supplier", _("supplier")
    PARTNER = "partner", _("partner")
    COMPETITOR = "competitor", _("competitor")
    CONTRACTOR = "contractor", _("contractor")
    AUTHORITY = "authority", _("authority")


class RelationKind(models.TextChoices):
    """How two companies are tied other than by shares."""
    JOINT_VENTURE = "joint_venture", _("joint venture with")
    AGENT_OF = "agent_of", _("agent of")
    REPLACES = "replaces", _("replaces")
    SUBCONTRACTOR_OF = "subcontractor_of", _("subcontractor of")


class InterestRole(models.TextChoices):
    """What a company is on a site."""
    OPERATOR = "operator", _("operator")
    LICENSEE = "licensee", _("licensee")
    CONTRACTOR = "contractor", _("contractor")


class AddressKind(models.TextChoices):
    """TIE-01: what an address is for."""
    HEAD_OFFICE = "head_office", _("head office")
    BILLING = "billing", _("billing")
    DELIVERY = "delivery", _("delivery")
    SITE = "site", _("site")


class ContactKind(models.TextChoices):
    """The means of contact."""
    EMAIL = "email", _("e-mail")
    PHONE = "phone", _("phone")


class Sex(models.TextChoices):
    """As civil papers state it."""
    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("other")


class Reason(models.TextChoices):
    """Why two records may be one, the surest first."""
    IDENTIFIER = "identifier", _("same number")
    CONTACT = "contact", _("same e-mail or phone")
    BIRTH = "birth", _("same name and date of birth")
    NAME = "name", _("like name")
    ADDRESS = "address", _("same address, name not unlike")


class CandidateState(models.TextChoices):
    """What became of a pair that may be one company or person."""
    OPEN = "open", _("open")
    MERGED = "merged", _("merged")
    DISMISSED = "dismissed", _("dismissed")


class MergeState(models.TextChoices):
    """Whether a merge still holds."""
    APPLIED = "applied", _("applied")
    REVERTED = "reverted", _("reverted")
