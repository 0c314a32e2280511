"""The invented companies of the demonstration. No name, number, address or person of it is anybody's: numbers have right check digits in
ranges that no register has issued, mail goes to .example (RFC 2606), phones are those kept for fiction (Arcep, Ofcom)."""
from typing import NamedTuple

from apps.tiers.choices import CompanyStatus, Role

ACTIVE, PROSPECT, BLOCKED, ARCHIVED = CompanyStatus.ACTIVE, CompanyStatus.PROSPECT, CompanyStatus.BLOCKED, CompanyStatus.ARCHIVED


class Firm(NamedTuple):
    """A company: `trade` is the code of its category; `short` the trade name its mail and site are called by."""
    name: str
    form: str
    country: str
    city: str
    trade: str
    headcount: int
    status: CompanyStatus = ACTIVE
    short: str = ""
    former: str = ""


class Trade(NamedTuple):
    """A category with what its companies are to us, their NACE activity, tags, and the functions people have there."""
    name: str
    roles: tuple[Role, ...]
    nace: str
    tags: tuple[str, ...]
    functions: tuple[str, ...]


_SUPPLY, _WORKS = (Role.SUPPLIER,), (Role.CONTRACTOR, Role.SUPPLIER)
TRADES = {
    "PET": Trade("Compagnies pétrolières", (Role.PARTNER,), "06.10", ("association",), ("Responsable des actifs non opérés", "Géologue")),
    "NEG": Trade("Négoce et raffinage", (Role.CLIENT,), "46.71", ("enlèvement",), ("Négociant", "Responsable des enlèvements")),
    "FOR": Trade("Forage et puits", _WORKS, "09.10", ("forage", "offshore"), ("Chef de chantier", "Superviseur de forage", "Foreur")),
    "MAR": Trade("Transport maritime", _WORKS, "50.20", ("navires",), ("Capitaine d’armement", "Affréteur", "Superintendant")),
    "AER": Trade("Transport aérien", _WORKS, "51.10", ("hélicoptères",), ("Responsable des opérations", "Pilote")),
    "LEV": Trade("Levage et manutention", _WORKS, "77.32", ("levage",), ("Chef de manœuvre", "Inspecteur de levage")),
    "MEC": Trade("Machines tournantes", _WORKS, "33.12", ("turbines", "pompes"), ("Mécanicien", "Chargé d’affaires")),
    "ELE": Trade("Électricité et instrumentation", _WORKS, "43.21", ("ATEX",), ("Instrumentiste", "Électricien", "Chargé d’affaires")),
    "ROB": Trade("Robinetterie et tuyauterie", _SUPPLY, "28.14", ("robinetterie",), ("Ingénieur commercial", "Responsable qualité")),
    "CHA": Trade("Chaudronnerie et peinture", _WORKS, "25.29", ("soudage", "peinture"), ("Conducteur de travaux", "Soudeur")),
    "HSE": Trade("Contrôle et sécurité", _WORKS, "71.20", ("contrôle non destructif",), ("Contrôleur", "Auditeur", "Préventeur")),
    "VIE": Trade("Restauration et hôtellerie", _WORKS, "56.29", ("base vie",), ("Chef de camp", "Intendant")),
    "ING": Trade("Ingénierie", _WORKS, "71.12", ("études",), ("Chef de projet", "Ingénieur structure", "Ingénieur procédés")),
    "CHI": Trade("Produits chimiques", _SUPPLY, "20.59", ("chimie",), ("Ingénieur d’application", "Responsable logistique")),
    "INF": Trade("Informatique industrielle", _SUPPLY, "62.01", ("supervision",), ("Automaticien", "Chef de produit")),
    "ADM": Trade("Autorités", (Role.AUTHORITY,), "84.13", ("régulation",), ("Inspecteur", "Directeur adjoint")),
}

FIRMS = (
    Firm("Kélouma Énergie SA", "SA", "GA", "Port-Ardent", "PET", 640, short="Kélouma Énergie"),
    Firm("Société Nationale des Hydrocarbures du Golfe", "SA", "GA", "Port-Ardent", "PET", 310, short="SNHG"),
    Firm("Groupe Varembreuil SA", "SA", "FR", "Saint-Aubertin", "PET", 85, short="Varembreuil"),
    Firm("Varembreuil Exploration SAS", "SAS", "FR", "Saint-Aubertin", "PET", 140, short="Varembreuil Exploration"),
    Firm("Varembreuil Golfe SA", "SA", "GA", "Port-Ardent", "PET", 60, short="Varembreuil Golfe"),
    Firm("Nordhavet Petroleum AS", "AS", "NO", "Skarvøy", "PET", 95, short="Nordhavet"),
    Firm("Tamarel Oil and Gas Ltd", "Ltd", "GB", "Port Calder", "PET", 48, short="Tamarel"),
    Firm("Négoce Pétrolier des Trois-Caps SAS", "SAS", "FR", "Marsevans", "NEG", 32, short="Trois-Caps"),
    Firm("Raffinerie de la Lagune Noire", "SA", "CM", "Port-Boulain", "NEG", 410, short="Lagune Noire"),
    Firm("Helvarion Trading AG", "AG", "CH", "Sankt Ulmen", "NEG", 27, short="Helvarion"),
    Firm("Nordhavet Boring AS", "AS", "NO", "Skarvøy", "FOR", 520, short="Nordhavet Boring"),
    Firm("Forages de l’Arverne SAS", "SAS", "FR", "Montarvel", "FOR", 210, short="Arverne"),
    Firm("Puits Services Équateur", "SARL", "GA", "Port-Ardent", "FOR", 74, short="PSE"),
    Firm("Calderwell Completions Ltd", "Ltd", "GB", "Port Calder", "FOR", 130, short="Calderwell"),
    Firm("Groupe Odyssane SA", "SA", "FR", "Kerlogoden", "MAR", 45, short="Odyssane"),
    Firm("Odyssane Marine SAS", "SAS", "FR", "Kerlogoden", "MAR", 380, short="Odyssane Marine", former="Armement Kerlogoden SAS"),
    Firm("Odyssane Levage SAS", "SAS", "FR", "Marsevans", "LEV", 165, short="Odyssane Levage"),
    Firm("Odyssane Levages", "SARL", "FR", "Marsevans", "LEV", 160, PROSPECT),
    Firm("Odyssane Base Vie SAS", "SAS", "FR", "Kerlogoden", "VIE", 290, short="Odyssane Base Vie"),
    Firm("Remorquage du Vieux-Môle", "SARL", "GA", "Port-Ardent", "MAR", 58, short="RVM"),
    Firm("Navegação Costa Dourada Lda", "Lda", "PT", "Vila Salgueira", "MAR", 120, short="Costa Dourada"),
    Firm("Ailes du Golfe", "SA", "GA", "Port-Ardent", "AER", 92, short="Ailes du Golfe"),
    Firm("Hélistar Atlantique SAS", "SAS", "FR", "Marsevans", "AER", 140, BLOCKED, short="Hélistar"),
    Firm("Grutage Delaubrac SARL", "SARL", "FR", "Montarvel", "LEV", 38, short="Grutage Delaubrac"),
    Firm("Ateliers Mécaniques Delaubrac SAS", "SAS", "FR", "Montarvel", "MEC", 96, short="Delaubrac", former="Forges Delaubrac SA"),
    Firm("Atelier Mécanique Delaubrac", "", "FR", "Montarvel", "MEC", 90, PROSPECT),
    Firm("Turbomarelle SAS", "SAS", "FR", "Vaucresson-le-Haut", "MEC", 240, short="Turbomarelle"),
    Firm("Pumpenwerk Lindenthaler GmbH", "GmbH", "DE", "Oberlindau", "MEC", 330, short="Lindenthaler"),
    Firm("Officine Bellacorte Srl", "Srl", "IT", "Borgo Salineri", "MEC", 84, short="Bellacorte"),
    Firm("Compresseurs de l’Isle-Verte", "SAS", "FR", "Isleverte", "MEC", 71, PROSPECT),
    Firm("Électro-Golfe", "SARL", "GA", "Port-Ardent", "ELE", 64, short="Électro-Golfe"),
    Firm("Instrumentation Castelroux SAS", "SAS", "FR", "Castelroux", "ELE", 118, short="Instrumentation Castelroux"),
    Firm("Câbleries de Saint-Aubertin", "SA", "FR", "Saint-Aubertin", "ELE", 260, short="CSA"),
    Firm("Mesures et Détection Aldoran", "SAS", "FR", "Aldoran", "ELE", 52, PROSPECT),
    Firm("Robinetterie Castelroux SAS", "SAS", "FR", "Castelroux", "ROB", 145, short="Robinetterie Castelroux"),
    Firm("Robineterie Castelroux", "", "FR", "Castelroux", "ROB", 140, PROSPECT),
    Firm("Valvulas Monteferro SL", "SL", "ES", "Puerto Alsedo", "ROB", 88, short="Monteferro"),
    Firm("Tubes et Raccords du Ponant", "SAS", "FR", "Kerlogoden", "ROB", 62, short="TRP"),
    Firm("Afsluiters Vandermeulen BV", "BV", "NL", "Zoutkerk", "ROB", 57, short="Vandermeulen"),
    Firm("Joints Brévannais SARL", "SARL", "FR", "Brévannes-sur-Orne", "ROB", 24, BLOCKED, short="Brévannais"),
    Firm("Chaudronnerie du Littoral", "SARL", "GA", "Port-Ardent", "CHA", 83, short="Chaudronnerie du Littoral"),
    Firm("Soudage Orbital Montarvel", "SAS", "FR", "Montarvel", "CHA", 41, short="SOM"),
    Firm("Peintures Marines Aubraie SAS", "SAS", "FR", "Kerlogoden", "CHA", 66, short="Aubraie"),
    Firm("Échafaudages Réunis du Sud", "SARL", "CM", "Port-Boulain", "CHA", 150, BLOCKED, short="ERS"),
    Firm("Bureau Contrôle Sévérac SA", "SA", "FR", "Saint-Aubertin", "HSE", 320, short="Sévérac"),
    Firm("Inspection Sous-Marine Abysséa", "SAS", "FR", "Marsevans", "HSE", 47, short="Abysséa"),
    Firm("Norsafe Kontroll Skarvøy AS", "AS", "NO", "Skarvøy", "HSE", 36, PROSPECT),
    Firm("Secours et Prévention du Golfe", "SARL", "GA", "Port-Ardent", "HSE", 55, short="SPG"),
    Firm("Table du Large SAS", "SAS", "FR", "Marsevans", "VIE", 410, short="Table du Large"),
    Firm("Économats de l’Équateur", "SARL", "GA", "Port-Ardent", "VIE", 68, ARCHIVED, short="Économats"),
    Firm("Ingénierie Ponantaise Oréade SAS", "SAS", "FR", "Kerlogoden", "ING", 190, short="Oréade"),
    Firm("Estudios Costeros Alsedo SL", "SL", "ES", "Puerto Alsedo", "ING", 44, short="Alsedo"),
    Firm("Brennecke Offshore Engineering GmbH", "GmbH", "DE", "Oberlindau", "ING", 155, short="Brennecke"),
    Firm("Études Géotechniques Maruval", "SAS", "FR", "Aldoran", "ING", 29, ARCHIVED, short="Maruval"),
    Firm("Chimie Fine de l’Orvanne SAS", "SAS", "FR", "Orvanne", "CHI", 175, short="Orvanne"),
    Firm("Additifs Bellacorte Srl", "Srl", "IT", "Borgo Salineri", "CHI", 39, PROSPECT),
    Firm("Zuurchemie Zoutkerk BV", "BV", "NL", "Zoutkerk", "CHI", 73, short="Zuurchemie"),
    Firm("Boues et Fluides Kélouma", "SARL", "GA", "Port-Ardent", "CHI", 46, short="BFK"),
    Firm("Automates Valdrôme SAS", "SAS", "FR", "Aldoran", "INF", 81, short="Valdrôme"),
    Firm("Télémesure Atlantique", "SAS", "FR", "Marsevans", "INF", 26, PROSPECT),
    Firm("Direction Générale des Ressources du Golfe", "", "GA", "Port-Ardent", "ADM", 230, short="DGRG"),
    Firm("Autorité Maritime de Port-Ardent", "", "GA", "Port-Ardent", "ADM", 85, short="AMPA"),
)

# Patterns of numbers, by country: `#` is a digit to be found. {} holds the first number's own digits.
NUMBERS = {
    "FR": (("fr.siren", "999######"), ("fr.siret", "{}000##"), ("fr.tva", "##{}")),
    "NO": (("no.orgnr", "999######"), ("no.mva", "{}MVA")),
    "GB": (("gb.crn", "ZZ######"), ("gb.vat", "999######")),
    "ES": (("es.cif", "B99######"),),
    "PT": (("pt.nif", "599######"),),
    "IT": (("it.iva", "9999#######"),),
    "DE": (("de.vat", "999######"),),
    "NL": (("nl.btw", "999######B##"),),
    "CH": (("ch.uid", "CHE999######"),),
    "GA": (("national", "GA-PTA-99-####"),),
    "CM": (("national", "CM-PBL-99-####"),),
}
WITH_LEI = ("Kélouma Énergie SA", "Groupe Varembreuil SA", "Nordhavet Petroleum AS", "Groupe Odyssane SA", "Tamarel Oil and Gas Ltd")
LEI = "999900DEMO########" + "##"

# owner, owned, share, votes (None: as the share)
HOLDINGS = (
    ("Groupe Varembreuil SA", "Varembreuil Exploration SAS", "60", None),
    ("Groupe Varembreuil SA", "Varembreuil Golfe SA", "30", None),
    ("Varembreuil Exploration SAS", "Varembreuil Golfe SA", "50", None),
    ("Nordhavet Petroleum AS", "Nordhavet Boring AS", "75", "80"),
    ("Groupe Odyssane SA", "Odyssane Marine SAS", "100", None),
    ("Groupe Odyssane SA", "Odyssane Levage SAS", "80", None),
    ("Groupe Odyssane SA", "Odyssane Base Vie SAS", "51", None),
    ("Société Nationale des Hydrocarbures du Golfe", "Ailes du Golfe", "33.33333", None),
)
RELATIONS = (
    ("Puits Services Équateur", "subcontractor_of", "Nordhavet Boring AS"),
    ("Électro-Golfe", "subcontractor_of", "Instrumentation Castelroux SAS"),
    ("Chaudronnerie du Littoral", "joint_venture", "Soudage Orbital Montarvel"),
    ("Remorquage du Vieux-Môle", "agent_of", "Odyssane Marine SAS"),
    ("Table du Large SAS", "replaces", "Économats de l’Équateur"),
)
# site, first day, day after the last, shares: each period's total is 100
LICENCES = (
    ("ALC", "2009-01-01", "2018-07-01", (("Kélouma Énergie SA", "60"), ("Société Nationale des Hydrocarbures du Golfe", "40"))),
    ("ALC", "2018-07-01", None, (("Kélouma Énergie SA", "45"), ("Varembreuil Golfe SA", "30"),
                                 ("Société Nationale des Hydrocarbures du Golfe", "25"))),
    ("BER", "2014-03-01", None, (("Kélouma Énergie SA", "51.25"), ("Nordhavet Petroleum AS", "28.75"),
                                 ("Société Nationale des Hydrocarbures du Golfe", "20"))),
    ("CAS", "2022-10-01", None, (("Kélouma Énergie SA", "35"), ("Varembreuil Golfe SA", "40"), ("Tamarel Oil and Gas Ltd", "15"),
                                 ("Société Nationale des Hydrocarbures du Golfe", "10"))),
)
OPERATOR = "Kélouma Énergie SA"
CONTRACTORS = (("ALC-A", "Table du Large SAS"), ("ALC-A", "Électro-Golfe"), ("ALC-B", "Puits Services Équateur"),
               ("BER-F", "Odyssane Base Vie SAS"), ("BER-F", "Turbomarelle SAS"), ("CAS-S", "Nordhavet Boring AS"),
               ("CAS-A", "Brennecke Offshore Engineering GmbH"), ("BLP", "Odyssane Levage SAS"), ("BLP", "Odyssane Marine SAS"),
               ("TPA", "Remorquage du Vieux-Môle"), ("UGA", "Chaudronnerie du Littoral"))
BLOCKED_BECAUSE = {
    "Hélistar Atlantique SAS": "Certificat de transporteur aérien suspendu, en attente de l’audit de reprise.",
    "Joints Brévannais SARL": "Trois lots non conformes de suite ; plan d’action attendu du fournisseur.",
    "Échafaudages Réunis du Sud": "Accident grave sur le chantier de l’usine à gaz, enquête en cours.",
}
GIVEN = (
    "Adélaïde", "Alban", "Anselme", "Apolline", "Aurélien", "Bérénice", "Blandine", "Cédric", "Clarisse", "Côme", "Cyprien",
    "Damien", "Diane", "Éléonore", "Éloi", "Émeline", "Estelle", "Eudes", "Fabien", "Faustine", "Florian", "Gaëlle", "Gauthier",
    "Hortense", "Ingrid", "Isaure", "Jasmine", "Joachim", "Léonie", "Lilian", "Ludivine", "Mahé", "Maïwenn", "Marius",
    "Mélisande", "Nolwenn", "Octave", "Ombeline", "Perrine", "Quentin", "Rachid", "Romane", "Séverin", "Solène", "Sylvestre",
    "Tiphaine", "Ulysse", "Valère", "Yannick", "Zélie", "Aïssatou", "Bakary", "Chidi", "Fatou", "Ibrahima", "Kofi", "Mariama",
    "Ngozi", "Ousmane", "Sékou", "Astrid", "Ingunn", "Sigurd", "Torvald", "Alastair", "Fiona",
)
FAMILY = (
    "Aubrevelle", "Bassompré", "Belcastelle", "Bourdelac", "Brézolette", "Cambrelin", "Castérac", "Chantevigne", "Courtalieu",
    "Darcizac", "Delmontel", "Esparvin", "Falguérolles", "Fontbrise", "Garrivel", "Grandchavoix", "Guermanec", "Hautecourbe",
    "Jarnevoix", "Kerbizien", "Kervalen", "Lachambrie", "Lestrade-Vigne", "Malescourt", "Mirevaux", "Montclarin", "Noirécluse",
    "Orgevoy", "Pellefigue", "Pontchevron", "Quélennadec", "Ravignec", "Roquefontaine", "Saintavit", "Sauvelange", "Tournebrise",
    "Trévarenec", "Valcourbe", "Vaugelin", "Villemarque", "Mbanzoulou", "Ndongala", "Okembiri", "Diarrakolo", "Sanoukoro",
    "Tchikayeva", "Halvorsrud", "Skjelvåg", "Brackenholme", "Winterscale", "Lindenschmitt", "Bellagamba", "Salgueirinho",
)
