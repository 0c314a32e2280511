"""Every way a module to the right may point at companies and persons."""
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models

from apps.tiers.models import Company, CompanyRole, Person


class Order(models.Model):
    """A key, and a second one that may be empty."""
    number = models.CharField(max_length=20)
    client = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    payer = models.ForeignKey(Company, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()


class Booking(models.Model):
    """A row that hangs on a line of a company: it follows when the line is dropped for its equal. It may name the company itself too."""
    role = models.ForeignKey(CompanyRole, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, null=True, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=20)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["role", "label"], name="mergingproof_booking_once",
                                               deferrable=models.Deferrable.DEFERRED)]


class Circle(models.Model):
    """Many-to-many tables without a model of their own."""
    name = models.CharField(max_length=20)
    companies = models.ManyToManyField(Company, related_name="+")
    persons = models.ManyToManyField(Person, related_name="+")

    class Meta:
        default_permissions = ()


class Note(models.Model):
    """A generic key."""
    text = models.CharField(max_length=50)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.CharField(max_length=20)
    about = GenericForeignKey("content_type", "object_id")

    class Meta:
        default_permissions = ()


class Profile(models.Model):
    """One to one with a person."""
    person = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=50)

    class Meta:
        default_permissions = ()


class SavedView(models.Model):
    """Keys hidden in a value."""
    filters = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
