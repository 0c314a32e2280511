"""Open pairs are read in the order of their likeness."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0004_candidate_scores'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='duplicatecandidate',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['kind', '-score', '-id'], name='tiers_candidate_open'),
        ),
    ]
