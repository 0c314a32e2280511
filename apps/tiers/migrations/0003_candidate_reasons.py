"""Everything that speaks for a pair, not only the surest of it; the right to search the whole register."""
import django.contrib.postgres.fields
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0003_census'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='duplicatecandidate',
            options={'default_permissions': ('view', 'add', 'change', 'delete', 'export'), 'ordering': ('-created_at', '-pk'), 'permissions': [('find_duplicatecandidate', 'Can search the whole register for duplicates')], 'verbose_name': 'possible duplicate', 'verbose_name_plural': 'possible duplicates'},
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='duplicatecandidate',
            name='forget_grants',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='duplicatecandidate',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='duplicatecandidate',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='duplicatecandidate',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='duplicatecandidate',
            name='reasons',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, db_default=[], default=list, editable=False, size=None, verbose_name='reasons'),
        ),
        migrations.AddField(
            model_name='duplicatecandidateversion',
            name='reasons',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, db_default=[], default=list, editable=False, size=None, verbose_name='reasons'),
        ),
        migrations.AlterField(
            model_name='duplicatecandidate',
            name='reason',
            field=models.CharField(choices=[('identifier', 'same number'), ('contact', 'same e-mail or phone'), ('birth', 'same name and date of birth'), ('name', 'like name')], editable=False, max_length=40, verbose_name='reason'),
        ),
        migrations.AlterField(
            model_name='duplicatecandidateversion',
            name='reason',
            field=models.CharField(choices=[('identifier', 'same number'), ('contact', 'same e-mail or phone'), ('birth', 'same name and date of birth'), ('name', 'like name')], editable=False, max_length=40, verbose_name='reason'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicatecandidate',
            trigger=pgtrigger.compiler.Trigger(name='forget_grants', sql=pgtrigger.compiler.UpsertTriggerSql(func="DELETE FROM iam_grant WHERE permission IN ('tiers.view_duplicatecandidate', 'tiers.add_duplicatecandidate', 'tiers.change_duplicatecandidate', 'tiers.delete_duplicatecandidate', 'tiers.export_duplicatecandidate', 'tiers.find_duplicatecandidate') AND object_id IN (SELECT id FROM old_values); RETURN NULL;", hash='a4742b4dd612859bb26fcf85473944364fafce12', level='STATEMENT', operation='DELETE', pgid='pgtrigger_forget_grants_d3408', referencing='REFERENCING OLD TABLE AS old_values ', table='tiers_duplicatecandidate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicatecandidate',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tiers_duplicatecandidateversion" ("a_id", "b_id", "created_at", "created_by_id", "extra", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reasons", "score", "state", "updated_at", "updated_by_id", "version") SELECT new_values."a_id", new_values."b_id", new_values."created_at", new_values."created_by_id", new_values."extra", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."reasons", new_values."score", new_values."state", new_values."updated_at", new_values."updated_by_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8a370ed7c5346ee43e7f9a6b1ea22cc1b8ff9d0d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_66586', referencing='REFERENCING NEW TABLE AS new_values ', table='tiers_duplicatecandidate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicatecandidate',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tiers_duplicatecandidateversion" ("a_id", "b_id", "created_at", "created_by_id", "extra", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reasons", "score", "state", "updated_at", "updated_by_id", "version") SELECT new_values."a_id", new_values."b_id", new_values."created_at", new_values."created_by_id", new_values."extra", new_values."id", new_values."kind", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."reasons", new_values."score", new_values."state", new_values."updated_at", new_values."updated_by_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8d8324091b1555de4477d44d9f2f161137598bb3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_dc861', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='tiers_duplicatecandidate', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='duplicatecandidate',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "tiers_duplicatecandidateversion" ("a_id", "b_id", "created_at", "created_by_id", "extra", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "reasons", "score", "state", "updated_at", "updated_by_id", "version") SELECT old_values."a_id", old_values."b_id", old_values."created_at", old_values."created_by_id", old_values."extra", old_values."id", old_values."kind", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."reasons", old_values."score", old_values."state", old_values."updated_at", old_values."updated_by_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='68617a4fe992ce84abaf02d1115849c4cf30c458', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_86951', referencing='REFERENCING OLD TABLE AS old_values ', table='tiers_duplicatecandidate', when='AFTER')),
        ),
    ]
