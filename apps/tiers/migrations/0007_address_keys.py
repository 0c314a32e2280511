"""TIE-19: the keys under which two ways of writing one postal address compare, kept by the database for every address."""
from django.db import migrations, models

# Written out only where a word is an abbreviation: most streets have none, and a register has a million of them.
STREET = r"""
CREATE FUNCTION tiers_street_key(lines text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE words text := trim(regexp_replace(public.opsflux_fold(lines), '[[:punct:][:space:][:digit:]]+', ' ', 'g'));
BEGIN
    IF words !~ '\m(AV|AVE|BD|BLD|BLVD|BVD|CH|CHE|RTE|PL|SQ|ALL|IMP|FBG|ZI|RD|LN|DR|HWY|GT|VN|STR|AVDA|CL|PZA|CTRA)\M' THEN
        RETURN words;
    END IF;
    RETURN (SELECT string_agg(coalesce(t.long, w.word), ' ' ORDER BY w.at)
        FROM regexp_split_to_table(words, ' ') WITH ORDINALITY AS w(word, at)
        LEFT JOIN (VALUES ('AV', 'AVENUE'), ('AVE', 'AVENUE'), ('BD', 'BOULEVARD'), ('BLD', 'BOULEVARD'), ('BLVD', 'BOULEVARD'),
            ('BVD', 'BOULEVARD'), ('CH', 'CHEMIN'), ('CHE', 'CHEMIN'), ('RTE', 'ROUTE'), ('PL', 'PLACE'), ('SQ', 'SQUARE'),
            ('ALL', 'ALLEE'), ('IMP', 'IMPASSE'), ('FBG', 'FAUBOURG'), ('ZI', 'ZONE INDUSTRIELLE'), ('RD', 'ROAD'), ('LN', 'LANE'),
            ('DR', 'DRIVE'), ('HWY', 'HIGHWAY'), ('GT', 'GATE'), ('VN', 'VEIEN'), ('STR', 'STRASSE'), ('AVDA', 'AVENIDA'),
            ('CL', 'CALLE'), ('PZA', 'PLAZA'), ('CTRA', 'CARRETERA')) AS t(short, long) ON t.short = w.word);
END $$"""
PLACE = r"""
CREATE FUNCTION tiers_place_key(country text, postcode text, city text, lines text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE place text := regexp_replace(public.opsflux_fold(postcode), '[^A-Z0-9]+', '', 'g');
BEGIN
    IF place = '' THEN
        place := trim(regexp_replace(public.opsflux_fold(city), '[[:punct:][:space:]]+', ' ', 'g'));
    END IF;
    IF country = '' OR place = '' OR lines !~ '[^[:punct:][:space:][:digit:]]' THEN
        RETURN '';
    END IF;
    RETURN country || '|' || place || '|' || trim(regexp_replace(lines, '[^0-9]+', ' ', 'g'));
END $$"""


def key(function, *columns):
    return models.GeneratedField(db_persist=True, expression=models.Func(*columns, function=function), output_field=models.TextField())


class Migration(migrations.Migration):

    dependencies = [
        ('tiers', '0006_duplicate_search'),
    ]

    operations = [
        migrations.RunSQL(STREET, "DROP FUNCTION tiers_street_key(text)"),
        migrations.RunSQL(PLACE, "DROP FUNCTION tiers_place_key(text, text, text, text)"),
        migrations.AddField("address", "place_key", key("tiers_place_key", "country", "postcode", "city", "lines")),
        migrations.AddField("address", "street_key", key("tiers_street_key", "lines")),
        migrations.AddIndex("address", models.Index(fields=["place_key", "company"], condition=models.Q(company__isnull=False) & ~models.Q(
            place_key=""), name="tiers_address_place")),
        *(migrations.AlterField(model, "reason", models.CharField(
            choices=[("identifier", "same number"), ("contact", "same e-mail or phone"), ("birth", "same name and date of birth"),
                     ("name", "like name"), ("address", "same address, name not unlike")],
            editable=False, max_length=40, verbose_name="reason")) for model in ("duplicatecandidate", "duplicatecandidateversion")),
    ]
