"""The PostgreSQL extensions OpsFlux stands on, and an immutable unaccent() that indexes may use."""
from django.contrib.postgres.operations import BtreeGistExtension, CreateExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

# unaccent() depends on the search path, hence is only STABLE; naming its dictionary and schema makes it safe to index.
FOLD = """
CREATE FUNCTION opsflux_fold(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT upper(public.unaccent('public.unaccent'::regdictionary, value)) $$"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        BtreeGistExtension(),
        TrigramExtension(),
        UnaccentExtension(),
        CreateExtension("ltree"),
        migrations.RunSQL(FOLD, "DROP FUNCTION opsflux_fold(text)"),
    ]
