"""The system as a named principal (apps/core/iam/system.py)."""
from django.contrib.auth.hashers import make_password
from django.db import migrations

EMAIL = "system@opsflux.invalid"


def make(apps, schema_editor):
    apps.get_model("iam", "User").objects.get_or_create(email=EMAIL, defaults={
        "name": "OpsFlux", "kind": "system", "status": "active", "is_superuser": True, "password": make_password(None)})


def remove(apps, schema_editor):
    apps.get_model("iam", "User").objects.filter(email=EMAIL).delete()


class Migration(migrations.Migration):
    dependencies = [("iam", "0002_rights_version")]
    operations = [migrations.RunPython(make, remove)]
