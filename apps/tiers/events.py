"""What the register tells the others."""
from dataclasses import dataclass

from apps.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CompanyEvent(Event):
    """Something happened to a company."""
    topic = "tiers.company.changed"
    about = "tiers.company"
    legal_name: str
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyActivated(CompanyEvent):
    """A company may be picked in documents from now on."""
    topic = "tiers.company.activated"


@dataclass(frozen=True, kw_only=True)
class CompanyBlocked(CompanyEvent):
    """A company may not be picked in new documents."""
    topic = "tiers.company.blocked"
    reason: str
    account_manager_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyUnblocked(CompanyEvent):
    """A blocked company may be picked again."""
    topic = "tiers.company.unblocked"
    reason: str
    account_manager_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompanyArchived(CompanyEvent):
    """A company left the register's daily use."""
    topic = "tiers.company.archived"


@dataclass(frozen=True, kw_only=True)
class CompanyRestored(CompanyEvent):
    """An archived company came back as a prospect."""
    topic = "tiers.company.restored"
    reason: str


@dataclass(frozen=True, kw_only=True)
class PartiesMerged(Event):
    """A company became part of another: `pk` survives."""
    topic = "tiers.party.merged"
    about = "tiers.company"
    kind: str
    loser_id: int
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PartiesUnmerged(Event):
    """A merge of companies was undone: `pk` is the record that had survived."""
    topic = "tiers.party.unmerged"
    about = "tiers.company"
    kind: str
    loser_id: int
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PersonsMerged(PartiesMerged):
    """A person's record became part of another: `pk` survives."""
    topic = "tiers.person.merged"
    about = "tiers.person"


@dataclass(frozen=True, kw_only=True)
class PersonsUnmerged(PartiesUnmerged):
    """A merge of persons was undone: `pk` is the record that had survived."""
    topic = "tiers.person.unmerged"
    about = "tiers.person"


@dataclass(frozen=True, kw_only=True)
class DuplicatesFound(Event):
    """A search opened pairs, `pk` being the likest that is open. `author_id` is who asked; None for the search of the night."""
    topic = "tiers.duplicates.found"
    about = "tiers.duplicatecandidate"
    opened: int
    author_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateDismissed(Event):
    """Somebody said that two records are two: `kind` company or person, `a_id` and `b_id` their keys."""
    topic = "tiers.duplicate.dismissed"
    about = "tiers.duplicatecandidate"
    kind: str
    a_id: int
    b_id: int
    actor_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ImportCompleted(Event):
    """A file was imported: one event for all of it; `pk` is 0, the counts say what changed."""
    topic = "tiers.import.completed"
    about = "tiers.company"
    preset: str
    created: int
    changed: int
    actor_id: int | None = None
