"""Many clients change the service's directory at once, many of their requests come twice, and the service is killed: in the
end there is what was accepted, once.

Some clients count in the description of an account: each reads, adds one, and writes with If-Match, so that a lost update
would be missing in the sum. Others make users, whose credentials leave once, and change them.
"""
import asyncio
import collections
import json
import os
import random
import signal
import subprocess

import aiohttp
import pytest

from test_service import ACCOUNT, CHANCERY, Service

PROVE = bool(os.environ.get("CHANCERY_PROVE"))
CHANGES = 10_000 if PROVE else 500
CLIENTS = 50
# A version of an account is dated a second after the one before, and ten minutes ahead of the clock at most.
COUNTERS = 20
HOMES = 10
SEED = int(os.environ.get("SEED", "0")) or int.from_bytes(os.urandom(4))
DEFINITE = {200, 201, 404, 409, 412, 422, 428}
GONE = (aiohttp.ClientError, ConnectionError, asyncio.TimeoutError, json.JSONDecodeError)


class Crowd:
    def __init__(self, home, dice):
        self.home, self.dice = home, dice
        self.service = Service(home, "--rate", "0")
        self.service.first_token()
        self.token = self.service.token
        self.session = None
        self.done = 0
        self.kills = 0
        # What was accepted.
        self.counts = collections.Counter()
        self.users = {}
        # Credentials that came, by user.
        self.creds = collections.defaultdict(list)
        self.numbers = collections.Counter()

    async def send(self, method, path, body, fields, timeout=60):
        async with self.session.request(
            method, f"http://127.0.0.1:{self.service.port}{path}", json=body,
            headers={"authorization": "Bearer " + self.token, **fields}, timeout=aiohttp.ClientTimeout(timeout),
        ) as answer:
            value = json.loads(await answer.read())
            if "creds" in value:
                self.creds[path].append(value["creds"])
            return answer.status, value, answer.headers

    async def until_definite(self, method, path, body, fields):
        """The answer, however often the request must be sent for it. The same key goes with all of them."""
        while True:
            try:
                status, value, headers = await self.send(method, path, body, fields)
            except GONE:
                self.numbers["sent again"] += 1
                await asyncio.sleep(0.2)
                continue
            if status in DEFINITE and value.get("code") != "request_running":
                return status, value, headers
            assert value.get("retryable"), value
            await asyncio.sleep(0.1)

    async def change(self, method, path, body, fields):
        """One change with a key of its own, a third of them in more than one request."""
        fields = {"idempotency-key": f"key-{self.dice.getrandbits(120):030x}", **fields}
        way = self.dice.choice(["once"] * 6 + ["again", "beside", "dropped"])
        self.numbers[way] += 1
        again = []
        if way == "beside":
            both = await asyncio.gather(*(self.until_definite(method, path, body, fields) for _ in range(2)))
            both.sort(key=lambda one: one[0])
            first, again = both[0], both[1:]
        else:
            if way == "dropped":
                try:
                    await self.send(method, path, body, fields, timeout=self.dice.uniform(0.001, 0.1))
                except GONE:
                    pass
            first = await self.until_definite(method, path, body, fields)
            if way == "again":
                again.append(await self.until_definite(method, path, body, fields))
        if first[0] in (200, 201):
            for status, value, headers in again:
                assert status == first[0], (first, status, value)
                assert headers["etag"] == first[2]["etag"]
            replays = [one for one in [first, *again] if one[2].get("chancery-replayed") == "true"]
            assert len(replays) >= len(again), "the same request was carried out twice"
            assert not any("creds" in value or "jwt" in value for _, value, _ in replays)
            self.done += 1
        return first

    # MARK: Kinds of changes

    async def count(self, name):
        path = ACCOUNT + name
        while True:
            status, account, headers = await self.until_definite("GET", path, None, {})
            assert status == 200, account
            tag = headers["etag"]
            body = {"description": str(int(account.get("description") or "0") + 1)}
            status, value, _ = await self.change("PATCH", path, body, {"if-match": tag})
            if status == 200:
                self.counts[name] += 1
                return
            assert status == 412, value
            self.numbers["stale"] += 1

    async def make_user(self, name):
        path = f"{ACCOUNT}home{self.dice.randrange(HOMES)}/users/{name}"
        status, value, headers = await self.change("PUT", path, {"role": "clerk", "tags": ["0"]}, {"if-none-match": "*"})
        assert status == 201, value
        self.users[path] = ["0", headers["etag"]]
        return path

    async def change_user(self, path):
        tags, tag = self.users[path]
        # Somebody with an old version changes nothing.
        if self.dice.random() < 0.1:
            status, _, _ = await self.change("PUT", path, {"tags": ["stolen"]}, {"if-match": '"%s"' % ("0" * 64)})
            assert status == 412
        body = {"role": "clerk", "tags": [str(int(tags) + 1)]}
        status, value, headers = await self.change("PUT", path, body, {"if-match": tag})
        assert status == 200, value
        self.users[path] = [body["tags"][0], headers["etag"]]

    async def client(self, number):
        own = []
        while self.done < CHANGES:
            draw = self.dice.random()
            if draw < 0.3:
                await self.count(f"counter{self.dice.randrange(COUNTERS)}")
            elif draw < 0.7 or not own:
                own.append(await self.make_user(f"u{number}-{len(own)}"))
            else:
                await self.change_user(self.dice.choice(own))

    # MARK: The whole

    async def killer(self):
        for part in (1, 2):
            while self.done < CHANGES * part / 3:
                await asyncio.sleep(0.01)
            self.service.process.send_signal(signal.SIGKILL)
            self.service.process.wait()
            self.kills += 1
            self.service = await asyncio.to_thread(Service, self.home, "--rate", "0")
            self.service.token = self.token

    async def run(self):
        send = self.service.send
        for number in range(COUNTERS):
            assert send("PUT", f"{ACCOUNT}counter{number}", {})[0] == 201
        for number in range(HOMES):
            assert send("PUT", f"{ACCOUNT}home{number}", {})[0] == 201
            assert send("PUT", f"{ACCOUNT}home{number}/roles/clerk", {"template": {}})[0] == 201
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self.session:
            async with asyncio.TaskGroup() as group:
                for number in range(CLIENTS):
                    group.create_task(self.client(number))
                group.create_task(self.killer())

    def everybody(self, account):
        path, found = f"{ACCOUNT}{account}/users?limit=500", {}
        cursor = ""
        while cursor is not None:
            _, page, _ = self.service.send("GET", path + (f"&cursor={cursor}" if cursor else ""))
            for user in page["items"]:
                found[f"{ACCOUNT}{account}/users/{user['name']}"] = (user["tags"][0], f'"{user["version"]}"')
            cursor = page.get("next")
        return found

    def check(self):
        for number in range(COUNTERS):
            _, account, _ = self.service.send("GET", f"{ACCOUNT}counter{number}")
            assert int(account.get("description") or "0") == self.counts[f"counter{number}"], number
        found = {}
        for number in range(HOMES):
            found |= self.everybody(f"home{number}")
        assert found == {path: tuple(state) for path, state in self.users.items()}
        assert all(len(creds) == 1 for creds in self.creds.values()), "a secret was delivered twice"
        assert len({creds[0] for creds in self.creds.values()}) == len(self.creds) <= len(self.users)


@pytest.mark.timeout(1_800)
def test_what_was_accepted_is_there_once(tmp_path):
    print(f"seed {SEED}")
    crowd = Crowd(tmp_path / "home", random.Random(SEED))
    asyncio.run(crowd.run())
    crowd.check()
    assert crowd.kills == 2 and crowd.done >= CHANGES
    assert crowd.service.end() == 0
    home = ["--all-dirs", str(tmp_path / "home")]
    verified = subprocess.run([CHANCERY, "audit", "verify", *home], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    # Every accepted change is on record once: nothing was carried out a second time, and nothing else was.
    records = subprocess.run(
        [CHANCERY, "audit", "query", "--json", "--limit", "1000000", *home], capture_output=True, text=True, check=True)
    counts = collections.Counter()
    for line in records.stdout.splitlines():
        record = json.loads(line)
        if record.get("actor", {}).get("via", "").startswith("api"):
            counts[record["op"]] += 1
    print(f"{crowd.done} changes, {dict(crowd.numbers)}, {len(crowd.users)} users, records {dict(counts)}")
    assert counts["user.add"] == len(crowd.users)
    assert counts["user.add"] + counts["user.edit"] + sum(crowd.counts.values()) == crowd.done
