"""A broker under abuse for some minutes: `soak.py [--minutes N] [--connections N] [--seed N]`.

Connections come and go, subscriptions churn, claims are replaced every second, some clients stop reading, some never sign
in, some send garbage; and in between a few well-behaved ones publish and subscribe. The oracle judges every message that
arrives anywhere. Ends with 1 where a message arrived that should not have, one was lost to a well-behaved subscriber, the
broker ended, somebody who never signed in was kept, or memory grew: from minute two to the end by more than 5 %.
"""

import argparse
import asyncio
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Interop"))

import issuer  # noqa: E402
from clients import Client, Garbage, garbage  # noqa: E402
from judging import Court, Judge, Kind, Versions  # noqa: E402
from peers import Server  # noqa: E402
from realm import UNLIMITED, Account, Export, Import, Issued, Permissions, Realm, User  # noqa: E402

PLACES, THINGS = range(8), ("x", "y", "z", "s0", "s1", "s2", "p0", "p1", "p2")
NARROW = Permissions(
    pub=("m.>", "feed.*"), deny_pub=("m.*.p0",), sub=("m.>", "feed.>"), deny_sub=("m.*.s0", "m.3.>"))
WORKER = Permissions(pub=("m.>", "own.{{name()}}.>"), sub=("m.>", "own.{{name()}}.>"))
WORKERS = tuple(f"w{number}" for number in range(12))
VICTIMS = tuple(f"v{number}" for number in range(5))
REALM = Realm((
    Account(
        "A", roles={"worker": WORKER}, exports=(Export("feed.>"),),
        users=(User("open"), User("narrow", NARROW), *(User(name) for name in VICTIMS),
               *(User(name, role="worker") for name in WORKERS))),
    Account("B", users=(User("user"),), imports=(Import("A", "feed.>"),)),
))
# Of closed connections few are kept, so that memory is not still filling at minute two.
CONFIGURATION = (
    "max_pending: 1MB\nwrite_deadline: '2s'\nauthorization { timeout: 6 }\nmax_connections: 10000\n"
    "max_closed_clients: 1000")
# Who never signs in is gone by then.
PATIENCE = 30


class Soak:
    """Everything that runs, and what came of it."""

    def __init__(self, arguments, folder):
        self.minutes, self.wanted = arguments.minutes, arguments.connections
        self.random = random.Random(arguments.seed)
        self.realm = Issued(REALM)
        self.server = Server("chancery", folder, lambda port: self.realm.configuration(port, CONFIGURATION))
        self.versions = Versions()
        self.denied = {0: ((), ())}
        self.court = Court(Judge(arguments.judge), self.versions)
        # Without permissions of their own they have their account's default ones, which change.
        self.kinds = {
            "A.open": Kind("open", "A", lambda version: self.rules(version, (), ())),
            "A.narrow": Kind("narrow", "A", {
                "publishAllow": NARROW.pub, "publishDeny": NARROW.deny_pub, "subscribeAllow": NARROW.sub,
                "subscribeDeny": NARROW.deny_sub}, changes=False),
            "B.user": Kind("b", "B", {}, changes=False)}
        for name in VICTIMS:
            self.kinds[f"A.{name}"] = self.kinds["A.open"]
        for name in WORKERS:
            self.kinds[f"A.{name}"] = Kind(
                name, "A", lambda version: self.rules(version, WORKER.pub, WORKER.sub), user=name)
        self.crowd, self.steady, self.publishers, self.slow = set(), [], [], []
        self.counts = dict.fromkeys(
            ("opened", "closed", "reset", "half-closed", "cut", "refused", "garbage", "subscriptions", "updates",
             "slow cut"), 0)
        self.memory = []
        self.problems = []
        self.stopping = False

    def rules(self, version, publish, subscribe):
        subscribe_deny, publish_deny = self.denied[version]
        return {"publishAllow": publish, "publishDeny": publish_deny, "subscribeAllow": subscribe,
                "subscribeDeny": subscribe_deny}

    # Claims

    async def change_claims(self):
        """Replaces the account's claims every second: what is denied, and who is revoked."""
        system = await self.open("SYS.sys", kind=Kind("sys", "SYS", {}, changes=False))
        loop = asyncio.get_running_loop()
        await system.flush()
        answered = loop.create_future()
        system.subscribe("1", "answers")
        # Its answers are no messages of the soak.
        system._take = lambda words, payload: answered.done() or answered.set_result(payload)
        claims = issuer.read(self.realm.tokens["A"])
        while not self.stopping:
            version = self.versions.sent + 1
            subscribe = [f"m.*.{thing}" for thing in ("s0", "s1", "s2") if self.random.random() < 0.5]
            publish = [f"m.*.{thing}" for thing in ("p0", "p1", "p2") if self.random.random() < 0.5]
            self.denied[version] = (tuple(subscribe), tuple(publish))
            lists = {"pub": {"deny": publish} if publish else {}, "sub": {"deny": subscribe} if subscribe else {}}
            claims["nats"]["default_permissions"] = lists
            claims["nats"]["signing_keys"][0]["template"] = UNLIMITED | {
                "pub": {"allow": list(WORKER.pub)} | lists["pub"], "sub": {"allow": list(WORKER.sub)} | lists["sub"]}
            victim = self.realm.credentials[f"A.{VICTIMS[version % len(VICTIMS)]}"]
            claims["nats"]["revocations"] = {victim.key.public: int(time.time()) - 1}
            token = self.realm.sign_account(claims | {"iat": int(time.time())})
            self.versions.sent = version
            answered = loop.create_future()
            system.send(f"PUB $SYS.REQ.CLAIMS.UPDATE answers {len(token)}\r\n{token}\r\n".encode())
            answer = await asyncio.wait_for(answered, 60)
            if b'"code":200' not in answer:
                self.problems.append(f"a claims update was not taken: {answer[:200]!r}")
            self.versions.answered = version
            self.counts["updates"] += 1
            await asyncio.sleep(1)
        system.transport.close()

    # Connections

    async def open(self, user, kind=None, first=b"", on_end=None):
        client = Client(self.court, kind or self.kinds[user], self.realm.credentials[user], first, on_end)
        await asyncio.get_running_loop().create_connection(lambda: client, *self.server.address)
        return client

    def user(self):
        return self.random.choice((
            "A.open", "A.narrow", "B.user", f"A.{self.random.choice(WORKERS)}", f"A.{self.random.choice(VICTIMS)}"))

    def subject(self):
        if self.random.random() < 0.1:
            return f"feed.{self.random.randrange(4)}"
        return f"m.{self.random.choice(PLACES)}.{self.random.choice(THINGS)}"

    def pattern(self):
        place, thing = self.random.choice(PLACES), self.random.choice(THINGS)
        return self.random.choice((
            f"m.{place}.{thing}", f"m.{place}.{thing}", f"m.{place}.{thing}", f"feed.{place % 4}",
            f"other.*.{thing}", f"own.{self.random.choice(WORKERS)}.>", f"m.{place}.*"))

    def act(self, client):
        """Something that clients do all the time."""
        turn, sid = self.random.random(), str(self.random.randrange(1, 6))
        if turn < 0.4:
            # A number in use goes on with its first pattern and group, so that it is given up before.
            client.send(f"UNSUB {sid}\r\n".encode())
            sid = client.next_sid = getattr(client, "next_sid", 10) + 1
            client.subscribe(str(sid), self.pattern(), self.random.choice((None, None, "q")))
            client.send(f"UNSUB {sid - 3}\r\n".encode())
            self.counts["subscriptions"] += 1
        elif turn < 0.5:
            client.send(f"UNSUB {sid} 2\r\n".encode())
        elif turn < 0.6:
            client.publish(self.subject())
        elif turn < 0.7:
            client.send(b"PING\r\n")

    def leave(self, client):
        way = self.random.choice(("closed", "closed", "reset", "half-closed"))
        self.counts[way] += 1
        client.is_leaving = True
        if way == "closed":
            client.transport.close()
        elif way == "reset":
            client.abort()
        else:
            client.transport.write_eof()

    def ended(self, client):
        self.crowd.discard(client)
        if not client.is_leaving:
            self.counts["refused" if any("Violation" in each for each in client.errors) else "cut"] += 1

    async def come_and_go(self):
        """Keeps as many connections as are wanted: a thirtieth of them anew every second, once all are there."""
        turns = 20
        while not self.stopping:
            started = time.monotonic()
            share = max(1, self.wanted // 30 // turns)
            for _ in range(min(3 * share, self.wanted - len(self.crowd))):
                user = self.user()
                client = await self.open(user, on_end=self.ended)
                self.crowd.add(client)
                self.counts["opened"] += 1
                for sid in range(1, 4):
                    client.subscribe(str(sid), self.pattern())
            present = [client for client in self.random.sample(list(self.crowd), min(4 * share, len(self.crowd)))
                       if client.ready]
            for client in present[:share] if len(self.crowd) > 0.9 * self.wanted else ():
                self.leave(client)
            for client in present[share:]:
                self.act(client)
            await asyncio.sleep(max(0.001, 1 / turns - (time.monotonic() - started)))

    async def abuse(self):
        """Garbage, and silence, from those who never sign in."""
        async def one():
            bytes, is_half_closed = garbage(self.random), self.random.random() < 0.3
            try:
                _, protocol = await asyncio.get_running_loop().create_connection(
                    lambda: Garbage(bytes, is_half_closed), *self.server.address)
                await asyncio.wait_for(protocol.end, PATIENCE)
            except (TimeoutError, asyncio.TimeoutError):
                self.problems.append(f"who sent {bytes[:40]!r} and never signed in was kept for {PATIENCE} s")
                protocol.transport.abort()
            except OSError:
                pass
            self.counts["garbage"] += 1
        running = set()
        while not self.stopping:
            running.add(asyncio.create_task(one()))
            running = {task for task in running if not task.done()}
            await asyncio.sleep(0.1)
        await asyncio.gather(*running)

    async def stop_reading(self):
        """Clients that subscribe to a flood and do not read: they are cut, and nobody else notices."""
        flooding = await self.open("A.open")
        while not self.stopping:
            for client in [await self.open("A.open", first=b"SUB flood 1\r\n") for _ in range(5)]:
                await client.flush()
                client.transport.pause_reading()
                self.slow.append(client)
            for _ in range(300):
                if self.stopping:
                    break
                flooding.publish("flood", padding=32768)
                await asyncio.sleep(0.03)
            for client in self.slow:
                if not client.ended:
                    client.transport.resume_reading()
            await asyncio.sleep(1)
            self.counts["slow cut"] += sum(client.ended for client in self.slow)
            for client in self.slow:
                client.abort()
            self.slow.clear()

    # The well-behaved

    async def be_well_behaved(self):
        """Publishes to a few subscribers, which have to get everything that they are entitled to, in order."""
        for user in ("A.open", "A.narrow", "A.w0", "B.user", "A.open"):
            client = await self.open(user)
            client.got = []
            for pattern in ("feed.>",) if user == "B.user" else ("m.>", "feed.>"):
                client.subscribe(pattern[0], pattern)
            await client.flush()
            self.steady.append(client)
        for user in ("A.open", "A.narrow", "A.w1", "B.user"):
            self.publishers.append(await self.open(user))
        self.sent = []
        while not self.stopping:
            await asyncio.gather(*(self.publish_some(client) for client in self.publishers))
            await asyncio.sleep(0.1)

    async def publish_some(self, client):
        numbers = [client.publish(self.subject()) for _ in range(5)]
        await asyncio.wait_for(client.flush(), 60)
        for number in numbers:
            self.court.published[number].last = self.versions.sent
        self.sent += numbers

    async def settle(self):
        """Waits until everything that was published has arrived, then looks for what is missing."""
        for _ in range(3):
            await asyncio.gather(*(client.flush() for client in self.steady))
            await asyncio.sleep(0.3)
        lost = doubled = turned = 0
        for client in self.steady:
            got = set(client.got)
            doubled += len(client.got) - len(got)
            newest = {}
            own = {number for number in self.sent}
            for number in client.got:
                kind = self.court.published[number].kind
                if number in own:
                    turned += number < newest.get(kind, -1)
                    newest[kind] = number
            for number in self.sent:
                message = self.court.published[number]
                if number not in got and self.is_wanted(client, message) and self.court.certain(message, client.kind):
                    lost += 1
        self.expected = sum(
            self.is_wanted(client, self.court.published[number])
            and self.court.certain(self.court.published[number], client.kind)
            for client in self.steady for number in self.sent)
        for count, what in ((lost, "lost"), (doubled, "came twice"), (turned, "came out of order")):
            if count:
                self.problems.append(f"{count} messages of well-behaved subscribers {what}")

    @staticmethod
    def is_wanted(client, message):
        return message.subject.startswith("feed." if client.kind.account == "B" else ("m.", "feed."))

    # Watching

    def resident(self):
        """The broker's resident memory in KiB."""
        for line in Path(f"/proc/{self.server.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    async def watch(self):
        started, told = time.monotonic(), 0
        while (passed := time.monotonic() - started) < self.minutes * 60:
            if not self.server.running:
                self.problems.append("the broker ended")
                break
            self.memory.append((passed, self.resident()))
            if passed >= told:
                told += max(5, self.minutes * 60 / 20)
                print(f"  {passed:5.0f} s  {len(self.crowd):5d} connections  {self.memory[-1][1] // 1024:5d} MiB  "
                      f"{len(self.court.published):7d} published  {self.court.delivered:8d} delivered  "
                      f"{self.counts['updates']:4d} updates  {len(self.court.wrong)} wrong", flush=True)
            await asyncio.sleep(0.5)

    def judge_memory(self):
        def about(start, end):
            values = sorted(kib for passed, kib in self.memory if start <= passed <= end)
            return values[len(values) // 2] if values else 0
        end = self.memory[-1][0]
        first, last = about(110, 130), about(end - 20, end)
        if self.minutes < 3:
            return f"{last // 1024} MiB at the end (judged from three minutes on)"
        growth = (last - first) * 100 / first
        if growth > 5:
            self.problems.append(f"resident memory grew by {growth:.1f} % after minute two")
        return f"{first // 1024} MiB at minute two, {last // 1024} MiB at the end: {growth:+.1f} %"

    async def run(self):
        jobs = (self.change_claims, self.be_well_behaved, self.come_and_go, self.abuse, self.stop_reading)
        tasks = [asyncio.create_task(job()) for job in jobs]
        watch = asyncio.create_task(self.watch())
        await asyncio.wait([watch, *tasks], return_when=asyncio.FIRST_COMPLETED)
        self.stopping = True
        outcomes = await asyncio.gather(watch, *tasks, return_exceptions=True)
        failed = [(job.__name__, outcome) for job, outcome in zip((self.watch, *jobs), outcomes)
                  if isinstance(outcome, BaseException)]
        self.problems += [f"{name} ended with {outcome!r}" for name, outcome in failed]
        if self.server.running and not failed:
            await asyncio.wait_for(self.settle(), 120)

    def report(self):
        counts, court = self.counts, self.court
        print(f"connections    {counts['opened']} came, {counts['closed']} closed, {counts['reset']} reset, "
              f"{counts['half-closed']} half closed, {counts['cut']} cut by the broker, {counts['refused']} refused")
        print(f"abuse          {counts['garbage']} never signed in, {counts['slow cut']} cut that did not read")
        print(f"subscriptions  {counts['subscriptions']} churned;  claims updates  {counts['updates']}")
        print(f"messages       {len(court.published)} published, {court.delivered} delivered, {court.refused} refused;  "
              f"the oracle was asked {court.judge.questions} things")
        print(f"entitlement    {len(court.wrong)} wrong;  well-behaved subscribers had to get "
              f"{getattr(self, 'expected', 0)}, and did unless said below")
        print(f"memory         {self.judge_memory()}")
        for text in [*self.problems[:20], *court.wrong[:20]]:
            print(f"PROBLEM: {text}")
        return not self.problems and not court.wrong


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 1 << 32))
    parser.add_argument("--judge", default=os.environ.get("JUDGE", ".build/debug/judge"))
    arguments = parser.parse_args()
    # The broker and this program have the same limit, and need some files besides.
    arguments.connections = max(50, min(arguments.connections, hard - 300))
    print(f"soak: {arguments.minutes:g} minutes, {arguments.connections} connections, seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(arguments, Path(folder))
        try:
            asyncio.run(soak.run())
        finally:
            soak.server.stop()
            soak.court.judge.close()
        is_right = soak.report()
        if not is_right:
            print(f"the broker's last words:\n{soak.server.log.read_text(errors='replace')[-1500:]}")
    print("soak: " + ("nothing wrong" if is_right else "FAILED"))
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
