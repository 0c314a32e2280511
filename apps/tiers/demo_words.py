"""What the names of the large demonstration are made of: syllables nobody is called by, trades, countries. Each list of name parts has a
fixed length, so that a number stands for one name and no other (see demo_large)."""
from typing import NamedTuple

HEADS = ("Montbr", "Valcr", "Rochev", "Casterl", "Belfr", "Aubrev", "Brég", "Courv", "Dampr", "Estr", "Fontr", "Garv", "Hautr", "Jarn",
         "Kerv", "Lansq", "Marv", "Noirv", "Orgev", "Pellev", "Quév", "Rauv", "Sauvr", "Tourv", "Urv", "Varemb", "Verg", "Villev", "Barj",
         "Bourdr", "Chamv", "Charv", "Dorv", "Fergr", "Galv", "Lorv", "Malv", "Mirev", "Pontr", "Serv")
MIDDLES = ("a", "e", "i", "o", "ale", "ane", "ari", "aze", "eli", "emo", "ene", "eri", "ila", "ime", "ino", "ire", "isa", "ola", "oma",
           "oni", "ora", "ose", "ula", "uma", "una", "ure", "usa", "abo", "ado", "eba", "eco", "eda", "ibe", "ico", "ida", "obi", "oca",
           "ode", "uba", "uda")
TAILS = ("bault", "bel", "bert", "bois", "bourg", "brac", "cand", "casse", "celle", "champ", "cour", "dac", "dane", "dière", "fenne",
         "ferrand", "font", "gnac", "gnan", "gnol", "lac", "lande", "lier", "lin", "mance", "mont", "nac", "nelle", "quin", "rac",
         "rive", "sac", "sanne", "soult", "tagne", "tour", "vannes", "vert", "vigne", "ville")
TYPES = ("Ateliers", "Chantiers", "Comptoir", "Compagnie", "Constructions", "Entreprise", "Établissements", "Forges", "Groupe", "Maison",
         "Manufacture", "Services", "Société", "Techniques", "Travaux", "Union")
# trade word: the category's code in demo_register.TRADES
ACTIVITIES = (
    ("Levage", "LEV"), ("Grutage", "LEV"), ("Manutention", "LEV"), ("Forage", "FOR"), ("Puits", "FOR"), ("Complétion", "FOR"),
    ("Armement", "MAR"), ("Remorquage", "MAR"), ("Affrètement", "MAR"), ("Hélicoptères", "AER"), ("Aviation", "AER"), ("Turbines", "MEC"),
    ("Pompes", "MEC"), ("Compresseurs", "MEC"), ("Électricité", "ELE"), ("Instrumentation", "ELE"), ("Câblage", "ELE"),
    ("Robinetterie", "ROB"), ("Tuyauterie", "ROB"), ("Vannes", "ROB"), ("Brides", "ROB"), ("Chaudronnerie", "CHA"), ("Soudage", "CHA"),
    ("Peinture", "CHA"), ("Échafaudages", "CHA"), ("Inspection", "HSE"), ("Contrôle", "HSE"), ("Sécurité", "HSE"), ("Restauration", "VIE"),
    ("Hôtellerie", "VIE"), ("Nettoyage", "VIE"), ("Ingénierie", "ING"), ("Études", "ING"), ("Procédés", "ING"), ("Chimie", "CHI"),
    ("Lubrifiants", "CHI"), ("Automatismes", "INF"), ("Télécoms", "INF"), ("Négoce", "NEG"), ("Pétrole", "PET"))
GIVEN = (
    "Adélaïde", "Alban", "Anselme", "Apolline", "Aurélien", "Bérénice", "Blandine", "Cédric", "Clarisse", "Côme", "Cyprien", "Damien",
    "Diane", "Éléonore", "Éloi", "Émeline", "Estelle", "Eudes", "Fabien", "Faustine", "Florian", "Gaëlle", "Gauthier", "Hortense", "Ingrid",
    "Isaure", "Jasmine", "Joachim", "Léonie", "Lilian", "Ludivine", "Mahé", "Maïwenn", "Marius", "Mélisande", "Nolwenn", "Octave",
    "Ombeline", "Perrine", "Quentin", "Rachid", "Romane", "Séverin", "Solène", "Sylvestre", "Tiphaine", "Ulysse", "Valère", "Yannick",
    "Zélie", "Aïssatou", "Bakary", "Fatou", "Ibrahima", "Kofi", "Mariama", "Ousmane", "Astrid", "Ingunn", "Torvald")
STREETS = ("rue des Corderies", "quai des Gabares", "avenue de l’Estuaire", "rue du Phare", "boulevard des Docks", "impasse des Tonneliers",
           "chemin des Salines", "place du Cabestan")
TOWN_HEADS = ("Saint-Aub", "Port-Ard", "Mars", "Clair", "Font", "Roch", "Haut", "Vieux-M", "Grand-B", "Vern")
TOWN_TAILS = ("ertin", "ent", "evans", "eloup", "arière", "évain", "eroche", "ézac", "ouville", "anche")


class Land(NamedTuple):
    """A country: how many of a hundred companies, their legal forms, money, language, and where the middle of it lies (degrees)."""
    code: str
    share: int
    forms: tuple[str, ...]
    currency: str
    language: str
    latitude: float
    longitude: float


LANDS = (
    Land("FR", 45, ("SAS", "SARL", "SA", "SASU"), "EUR", "fr", 46.6, 2.4),
    Land("NO", 12, ("AS", "ASA"), "NOK", "no", 60.6, 8.7),
    Land("GB", 10, ("Ltd", "PLC"), "GBP", "en", 53.2, -1.6),
    Land("GA", 9, ("SA", "SARL"), "XAF", "fr", -0.7, 11.6),
    Land("DE", 8, ("GmbH", "AG"), "EUR", "de", 50.9, 10.2),
    Land("ES", 6, ("SL", "SA"), "EUR", "es", 40.2, -3.6),
    Land("CH", 5, ("SA", "AG"), "CHF", "de", 46.8, 8.2),
    Land("DK", 5, ("ApS", "A/S"), "DKK", "da", 55.9, 9.6),
)
