"""The register of third parties: companies, persons, what ties them, and merges of two records into one."""
from apps.tiers.models.company import Category, Company, CompanyName, CompanyRole, Identifier
from apps.tiers.models.contact import Address, ContactPoint, ExternalId
from apps.tiers.models.merging import DuplicateCandidate, DuplicateSearch, Merge, MergeMove
from apps.tiers.models.person import Affiliation, Person, PersonalDetails
from apps.tiers.models.portrait import Portrait
from apps.tiers.models.ties import Interest, Ownership, Relation

__all__ = ["Address", "Affiliation", "Category", "Company", "CompanyName", "CompanyRole", "ContactPoint", "DuplicateCandidate",
           "DuplicateSearch", "ExternalId", "Identifier", "Interest", "Merge", "MergeMove", "Ownership", "Person", "PersonalDetails",
           "Portrait", "Relation"]
