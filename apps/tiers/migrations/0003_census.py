"""What key figures count is read from two small indexes: companies by status, country and completeness, and companies with a valid number."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tiers", "0002_portrait")]

    operations = [
        migrations.AddIndex("company", models.Index(fields=["status", "country", "incomplete"], name="tiers_company_census",
                                                    condition=models.Q(("merged_into", None)))),
        migrations.AddIndex("identifier", models.Index(fields=["company"], name="tiers_identifier_valid",
                                                       condition=models.Q(("check_result", "valid")))),
    ]
