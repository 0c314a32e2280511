"""What imports publish where the preset names no event of its own."""
from dataclasses import dataclass

from apps.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ImportCompleted(Event):
    """Files were imported: one event for all of it; `pk` is 0, the counts say what changed."""
    topic = "exchange.import.completed"
    about = "exchange.importrun"
    preset: str
    created: int
    changed: int
    actor_id: int | None = None
