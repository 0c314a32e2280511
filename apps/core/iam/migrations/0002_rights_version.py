"""The rights version: one row whose value comes from a sequence, so that a rolled-back change never gives a number again."""
from django.db import migrations

FORWARD = """
CREATE SEQUENCE iam_rights_versions;
CREATE TABLE iam_rightsversion (singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), value bigint NOT NULL);
INSERT INTO iam_rightsversion (value) VALUES (nextval('iam_rights_versions'));
CREATE FUNCTION iam_bump_rights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE iam_rightsversion SET value = nextval('iam_rights_versions'); RETURN NULL; END $$;
CREATE TRIGGER iam_bump_rights AFTER INSERT OR DELETE OR TRUNCATE ON factory_site
    FOR EACH STATEMENT EXECUTE FUNCTION iam_bump_rights();
CREATE TRIGGER iam_bump_rights_moved AFTER UPDATE OF path, parent_id ON factory_site
    FOR EACH STATEMENT EXECUTE FUNCTION iam_bump_rights();
"""
BACKWARD = """
DROP TRIGGER iam_bump_rights_moved ON factory_site;
DROP TRIGGER iam_bump_rights ON factory_site;
DROP FUNCTION iam_bump_rights();
DROP TABLE iam_rightsversion;
DROP SEQUENCE iam_rights_versions;
"""


class Migration(migrations.Migration):
    dependencies = [("iam", "0001_initial"), ("factory", "0002_history")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
