"""What should not be reached and can be: found by `policy check`, and performed by `policy reproduce`.

All of it for `make prove` (CHANCERY_PROVE=1), a twentieth otherwise.
"""

import json
import os
import random

import pytest

from leaks import KINDS, Planter
from peers import NATS_SERVER

PROVE = bool(os.environ.get("CHANCERY_PROVE"))
LEAKS = 102 if PROVE else 6
CLEAN = 50 if PROVE else 3


@pytest.fixture
def dice():
    seed = int(os.environ.get("CHANCERY_TEST_SEED") or random.randrange(2**32))
    print(f"seed {seed}")
    return random.Random(seed)


def planted(dice, kind, folder):
    folder.mkdir()
    made = Planter(dice).set(kind)
    made.write(folder)
    return made


def problems(chancery, folder):
    checked = chancery("policy", "check", folder, "--json", exits=None)
    found = [json.loads(line) for line in checked.stdout.splitlines()]
    other = [one for one in found if one["severity"] == "error" and one["code"] != "never"]
    assert not other, f"{folder}: {other} {checked.stderr}"
    return [one["route"] for one in found if one["code"] == "never"]


def test_planted_leaks_are_found_and_performed(chancery, dice, tmp_path):
    for number in range(LEAKS):
        kind = KINDS[number % len(KINDS)]
        folder = tmp_path / f"leak{number}"
        made = planted(dice, kind, folder)
        routes = [
            route for route in problems(chancery, folder)
            if (route["account"], route["role"]) == (made.account, made.role) and kind in route["how"] and route["exact"]]
        assert routes, f"{folder}: the leak by {kind} is not found"
        shown = chancery("policy", "reproduce", folder, "--json", "--nats-server", NATS_SERVER, exits=None)
        performed = [json.loads(line) for line in shown.stdout.splitlines()]
        outcomes = {
            one["outcome"] for one in performed
            if (one["route"]["account"], one["route"]["role"]) == (made.account, made.role) and kind in one["route"]["how"]}
        assert outcomes == {"seen"}, f"{folder}: {kind}: {shown.stdout} {shown.stderr}"
        assert all(one["outcome"] != "not seen" for one in performed), f"{folder}: {shown.stdout}"


def test_clean_sets_raise_no_alarm(chancery, dice, tmp_path):
    for number in range(CLEAN):
        folder = tmp_path / f"clean{number}"
        planted(dice, None, folder)
        assert problems(chancery, folder) == [], folder
