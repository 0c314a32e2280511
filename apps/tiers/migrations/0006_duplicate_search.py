"""How far the search for duplicates has come."""
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0005_candidate_order'),
    ]

    operations = [
        migrations.CreateModel(
            name='DuplicateSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('company', 'company'), ('person', 'person')], max_length=8, unique=True)),
                ('complete_until', models.DateTimeField(null=True)),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('reached', models.BigIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
    ]
