"""Shares are found by the company they are held in, and listed newest first, without reading them all: the index that keeps each owner to one
share at a time begins with the owned company, and the list's order has an index of its own."""
import django.contrib.postgres.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tiers", "0007_address_keys")]

    operations = [
        migrations.RemoveConstraint("ownership", "tiers_ownership_once"),
        migrations.AddConstraint("ownership", django.contrib.postgres.constraints.ExclusionConstraint(
            name="tiers_ownership_once", expressions=[("child", "="), ("parent", "="), ("period", "&&")],
            violation_error_message="A share of this owner is already recorded for that time.")),
        migrations.AddIndex("ownership", models.Index(fields=["-created_at", "-id"], name="tiers_ownership_created")),
    ]
