"""Pairs made before have their one reason, and the likeness of their names."""
from django.db import migrations

FILL = """
UPDATE tiers_duplicatecandidate c SET reasons = ARRAY[reason], score = coalesce(score, round((CASE kind
    WHEN 'company' THEN (SELECT max(similarity(a.name_key, b.name_key)) FROM tiers_companyname a, tiers_companyname b
                         WHERE a.company_id = c.a_id AND b.company_id = c.b_id)
    ELSE (SELECT similarity(a.name_key, b.name_key) FROM tiers_person a, tiers_person b WHERE a.id = c.a_id AND b.id = c.b_id)
    END)::numeric, 4))
WHERE reasons = '{}'"""


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0003_candidate_reasons'),
    ]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
