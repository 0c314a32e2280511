"""What the door knows of the person behind an account: their record, and the company they work for today."""
from apps.kernel.principal import attribute

attribute("person", "SELECT id FROM tiers_person WHERE user_id = me.id")
attribute("company", """SELECT a.company_id FROM tiers_person p JOIN tiers_affiliation a ON a.person_id = p.id
                        WHERE p.user_id = me.id AND a."primary" AND a.period @> CURRENT_DATE""")
