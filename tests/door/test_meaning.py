"""The door against a naive evaluation of random worlds (IAM-03, IAM-04): any difference is a hole or a lock-out.

OPSFLUX_DOOR_SEED and OPSFLUX_DOOR_WORLDS ask other and more worlds, for example a night's run of 20,000."""
import os

import pytest

from tests.door.asking import differences, the_door

SEED = int(os.environ.get("OPSFLUX_DOOR_SEED", "20261121"))
WORLDS = int(os.environ.get("OPSFLUX_DOOR_WORLDS", "80"))


@pytest.mark.django_db
@pytest.mark.slow
def test_the_door_answers_as_the_naive_evaluation_does():
    # given worlds of sites, groups, roles, rules, assignments, grants and rows, each from its own seed
    door, compared = the_door(), 0
    # when both are asked who may do what
    for seed in range(SEED, SEED + WORLDS):
        answers, found = differences(seed, door)
        compared += answers
        # then no answer differs
        assert found == [], f"{len(found)} differences, first: {found[0]}"
    assert compared > WORLDS * 300, f"only {compared} answers were compared"
