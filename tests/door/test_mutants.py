"""The proof of the proof: every small mistake put into the door is seen by the random worlds."""
import pytest

from tests.door.asking import differences
from tests.door.mutants import DOOR, MUTANTS, door_with
from tests.door.test_meaning import SEED

WORLDS = 150


def seen(door):
    """How many worlds it took to see a difference; None where no world shows one."""
    for number in range(WORLDS):
        try:
            if differences(SEED + number, door)[1]:
                return number + 1
        except Exception:
            return number + 1           # a question that fails where the real door answers is seen as well
    return None


@pytest.mark.django_db
@pytest.mark.parametrize(("module", "text", "instead"), [mutant[1:] for mutant in MUTANTS], ids=[mutant[0] for mutant in MUTANTS])
def test_a_mistake_in_the_door_is_seen(module, text, instead):
    # given the door with one mistake
    with door_with(module, text, instead) as door:
        # when random worlds are asked, then some answer differs
        assert seen(door) is not None, "no world tells this door from the right one"


@pytest.mark.django_db
def test_the_door_loaded_the_same_way_without_a_mistake_is_right():
    # given the door loaded as the mutants are, with nothing changed
    with door_with(DOOR, "EVERYWHERE = None", "EVERYWHERE = None") as door:
        # when ten worlds are asked, then no answer differs: what the mutants show comes from their mistakes
        assert [differences(SEED + number, door)[1] for number in range(10)] == [[]] * 10
