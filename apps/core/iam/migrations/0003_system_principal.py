"""The system as a named principal (apps/core/iam/system.py); deleting grants ends where there are none."""
import pgtrigger.compiler
import pgtrigger.migrations
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
    operations = [
        # First: without it no account can be deleted, nor this one when going back.
        pgtrigger.migrations.RemoveTrigger(
            model_name='grant',
            name='forget_grants',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='grant',
            trigger=pgtrigger.compiler.Trigger(name='forget_grants', sql=pgtrigger.compiler.UpsertTriggerSql(func="IF NOT EXISTS (SELECT FROM old_values) THEN RETURN NULL; END IF; DELETE FROM iam_grant WHERE permission IN ('iam.view_grant', 'iam.add_grant', 'iam.change_grant', 'iam.delete_grant', 'iam.export_grant') AND object_id IN (SELECT id FROM old_values); RETURN NULL;", hash='9c08130d80b4bb9e0f3614bcc89dca2adf6a2cb3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_forget_grants_de6b5', referencing='REFERENCING OLD TABLE AS old_values ', table='iam_grant', when='AFTER')),
        ),
        migrations.RunPython(make, remove),
    ]
