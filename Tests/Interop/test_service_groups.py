"""Changes that wait share a commit: each succeeds or fails by itself, and after a kill at any moment everything that was
answered is there, once, and nothing is half there.

The journal of the database tells how many commits there were.
"""
import collections
import http.client
import json
import os
import random
import signal
import struct
import subprocess
import threading
import time

import pytest

from test_service import ACCOUNT, CHANCERY, Service

PROVE = bool(os.environ.get("CHANCERY_PROVE"))
KILLS = 200 if PROVE else 8
CLIENTS = 24
SEED = int(os.environ.get("SEED", "0")) or int.from_bytes(os.urandom(4))
USERS = f"{ACCOUNT}shop/users"


def commits(home):
    """The commits that lie in the journal: frames that say how large the database is after them."""
    journal = (home / "directory.sqlite-wal").read_bytes()
    if len(journal) < 32:
        return 0
    _, _, size, _, *salts = struct.unpack(">8I", journal[:32])
    count = 0
    for start in range(32, len(journal) - 24 - size + 1, 24 + size):
        _, after, *rest = struct.unpack(">6I", journal[start:start + 24])
        # Frames with other salts are older than the journal's beginning.
        if rest[:2] != salts[:2]:
            break
        count += after != 0
    return count


class Client(threading.Thread):
    """Makes users one after the other, each with a key of its own; every third request cannot succeed."""

    def __init__(self, service, name, answered):
        super().__init__()
        self.service, self.user, self.answered = service, name, answered
        self.wrong = []

    def run(self):
        number = 0
        connection = http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)
        try:
            while True:
                name = f"{self.user}x{number}"
                number += 1
                role = "nobody" if number % 3 == 0 else "clerk"
                connection.request(
                    "PUT", f"{USERS}/{name}", json.dumps({"role": role}),
                    {"authorization": "Bearer " + self.service.token, "content-type": "application/json",
                     "idempotency-key": f"a-key-for-{name}"})
                answer = connection.getresponse()
                value = json.loads(answer.read())
                if answer.status == 201:
                    self.answered[name] = (value["version"], value["creds"], answer.headers["chancery-audit"])
                elif role == "clerk" or answer.status not in (404, 422):
                    self.wrong.append(value)
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass


def everybody(service):
    found, cursor = {}, ""
    while cursor is not None:
        status, page, _ = service.send("GET", f"{USERS}?limit=500" + (f"&cursor={cursor}" if cursor else ""))
        assert status == 200
        for user in page["items"]:
            assert user["name"] not in found
            found[user["name"]] = user["version"]
        cursor = page.get("next")
    return found


@pytest.mark.timeout(3_600 if PROVE else 600)
def test_a_kill_loses_nothing_answered_and_leaves_nothing_half_done(tmp_path):
    print(f"seed {SEED}")
    dice = random.Random(SEED)
    home = tmp_path / "home"
    service = Service(home, "--rate", "0")
    token = service.first_token()
    assert service.send("PUT", ACCOUNT + "shop", {})[0] == 201
    assert service.send("PUT", f"{ACCOUNT}shop/roles/clerk", {"template": {}})[0] == 201
    answered, shared, undecided = {}, 0, 0
    for kill in range(KILLS):
        before, known = commits(home), len(answered)
        clients = [Client(service, f"k{kill}c{number}", answered) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(dice.uniform(0.2, 1.5))
        service.process.send_signal(signal.SIGKILL)
        service.process.wait()
        for client in clients:
            client.join()
        assert not any(client.wrong for client in clients), [client.wrong for client in clients]
        # A journal that began anew in between tells nothing.
        made = commits(home) - before
        shared += 0 < made < len(answered) - known
        service = Service(home, "--rate", "0")
        service.token = token
        found = everybody(service)
        assert {name: found.get(name) for name in answered} == {name: one[0] for name, one in answered.items()}
        undecided += len(found) - len(answered)
        # What was carried out and not answered is answered now: once, and without its secret. The rest is done now.
        for name in [f"k{kill}c{number}x{dice.randrange(3)}" for number in range(4)]:
            fields = {"idempotency_key": f"a-key-for-{name}"}
            status, value, headers = service.send("PUT", f"{USERS}/{name}", {"role": "clerk"}, **fields)
            if name.endswith("x2"):
                # Its role was another one then: the same key is for the same request only.
                assert status in (201, 409, 422), value
                if status == 201:
                    answered[name] = (value["version"], value["creds"], headers["chancery-audit"])
                continue
            assert status == 201, value
            assert ("creds" in value) == (name not in found)
            if name not in answered:
                answered[name] = (value["version"], value.get("creds", name), headers.get("chancery-audit", name))
    found = everybody(service)
    assert len({one[1] for one in answered.values()}) == len(answered), "a secret was delivered twice"
    assert service.end() == 0
    verified = subprocess.run([CHANCERY, "audit", "verify", "--all-dirs", home], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    query = [CHANCERY, "audit", "query", "--json", "--limit", "1000000", "--op", "user.add", "--all-dirs", home]
    records = subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines()
    made = collections.Counter(record["object"]["name"] for record in map(json.loads, records))
    # The service's own user is among them.
    del made["sys"]
    assert {name: 1 for name in found} == dict(made), "each user is on record once"
    print(f"{KILLS} kills, {len(answered)} answered, {undecided} done and not answered, {shared} times commits were shared")
    assert shared > KILLS / 8 and len(answered) > KILLS * CLIENTS / 4
