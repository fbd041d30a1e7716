"""What the tests of killed applies are made of: sets of policies drawn at random, clients that see what may be done, and a
gate between an apply and the server.
"""

import asyncio
import contextlib
import time

import nats

from flushing import WAIT, synchronise

ACCOUNTS = ("A", "B")
PUBLISHED = ("a", "b", "a.b", "a.c", "b.c")
RECEIVED = ("x", "y", "x.y", "x.z")
SHARED = ("s.a", "s.b", "s.c")
UPDATES = (b"CLAIMS.UPDATE", b"SETTINGS.UPDATE")
# How long a client may need until it is back in, or has given up.
PATIENCE = 20


def matches(pattern, subject):
    words, tokens = pattern.split("."), subject.split(".")
    for index, word in enumerate(words):
        if word == ">":
            return len(tokens) > index
        if index >= len(tokens) or word not in ("*", tokens[index]):
            return False
    return len(words) == len(tokens)


class DrawnSet:
    """Two accounts with roles, a mapping, and imports both ways; what their files say, in words and as facts."""

    def __init__(self, random):
        self.roles = {account: self._roles(random) for account in ACCOUNTS}
        self.mapped = {account: random.random() < 0.5 for account in ACCOUNTS}
        self.exports = {
            account: {subject: random.random() < 0.5 for subject in SHARED if random.random() < 0.6}
            for account in ACCOUNTS}
        self.imports = {
            account: {subject: random.choice("ij") for subject in self.exports[other] if random.random() < 0.6}
            for account, other in zip(ACCOUNTS, reversed(ACCOUNTS))}
        self.connections = random.choice(("50", "100", "unlimited"))

    @staticmethod
    def _roles(random):
        def rules(choices, denies):
            allowed = random.sample(choices, random.randint(1, 2))
            return allowed, random.sample(denies, 1) if random.random() < 0.3 else []

        names = ["one", "two"] + (["three"] if random.random() < 0.6 else [])
        return {name: {"publish": rules(("a", "b", "a.>", "*.c"), ("a.b", "a.*")),
                       "subscribe": rules(("x", "y", "x.*"), ("x.y",))} for name in names}

    def write(self, folder):
        folder.mkdir(exist_ok=True)
        (folder / "chancery.yaml").write_text("chancery: v1\noperator: O\naccounts: { A: a.yaml, B: b.yaml }\n")
        for account, other in zip(ACCOUNTS, reversed(ACCOUNTS)):
            (folder / f"{account.lower()}.yaml").write_text(self._text(account, other))
        return folder

    def _text(self, account, other):
        def rules(lists):
            allowed, denied = (", ".join(f'"{subject}"' for subject in subjects) for subjects in lists)
            return f"{{ allow: [ {allowed} ], deny: [ {denied} ] }}" if denied else f"[ {allowed} ]"

        lines = [f"account: {account}", f"limits: {{ connections: {self.connections} }}", "roles:",
                 "  watch: { publish: everything, subscribe: everything }"]
        lines += [f"  {name}: {{ " + ", ".join(f"{key}: {rules(lists)}" for key, lists in role.items()) + " }"
                  for name, role in self.roles[account].items()]
        lines += ["users:"] + [f"  {account}-{role}: {{ role: {role} }}" for role in ("watch", *self.roles[account])]
        if self.exports[account]:
            lines += ["exports:"] + [
                f"  - {{ stream: {subject}{f', grant: [ {other} ]' if private else ''} }}"
                for subject, private in self.exports[account].items()]
        if self.imports[account]:
            lines += ["imports:"] + [
                f"  - {{ stream: {subject}, from: {other}, as: {place}.{subject} }}"
                for subject, place in self.imports[account].items()]
        if self.mapped[account]:
            lines.append('mappings: { m: { "n": 100% } }')
        return "chancery: v1\n" + "\n".join(lines) + "\n"

    def users(self):
        return {f"{account}-{role}" for account in ACCOUNTS for role in ("watch", *self.roles[account])}

    def facts(self):
        """Everything that may be done, of what clients try."""
        def admits(lists, subject):
            allowed, denied = (any(matches(pattern, subject) for pattern in patterns) for patterns in lists)
            return allowed and not denied

        facts = set()
        for account in ACCOUNTS:
            for name, role in self.roles[account].items():
                user = f"{account}-{name}"
                facts |= {(user, "publish", subject) for subject in PUBLISHED if admits(role["publish"], subject)}
                facts |= {(user, "receive", subject) for subject in RECEIVED if admits(role["subscribe"], subject)}
            facts.add((account, "maps", "n" if self.mapped[account] else "m"))
            facts |= {(account, "imports", f"{place}.{subject}") for subject, place in self.imports[account].items()}
        return facts


class Observer:
    """One client of nats-py for each user, connected all the time as far as the server lets it be."""

    def __init__(self, chancery, server, folder):
        self.chancery, self.server, self.folder = chancery, server, folder
        self.clients, self.cuts, self.kept, self.number = {}, {}, [], 0

    async def welcome(self, users):
        """Connects each user who is not, with credentials as the directory gives them now."""
        for user in sorted(users):
            client = self.clients.get(user)
            if client and await self._is_in(client):
                continue
            path = self.folder / f"{user}-{time.monotonic_ns()}.creds"
            words = ("generate", "creds", "--account", user[0], "--name", user, "--output-file", path)
            await asyncio.to_thread(self.chancery, *words)
            await self._connect(user, path)

    async def _connect(self, user, path):
        async def cut():
            self.cuts[user] = self.cuts.get(user, 0) + 1

        async def ignore(_):
            pass

        # Whoever is refused gives up soon; a server that starts again is waited for longer than that takes.
        self.clients[user] = client = await asyncio.wait_for(nats.connect(
            self.server.url, user_credentials=str(path), disconnected_cb=cut, error_cb=ignore,
            max_reconnect_attempts=40, reconnect_time_wait=0.05), WAIT)
        if not user.endswith("watch"):
            for subject in RECEIVED:
                await client.subscribe(subject, cb=self._keeping(user))

    def _keeping(self, user):
        """What comes through subscriptions from before."""
        async def keep(message):
            self.kept.append((user, "receive", message.subject))
        return keep

    @staticmethod
    async def _is_in(client):
        end = time.monotonic() + PATIENCE
        while not client.is_connected and not client.is_closed and time.monotonic() < end:
            await asyncio.sleep(0.005)
        return client.is_connected

    async def facts(self):
        """What may be done now: tried again where a client was cut meanwhile."""
        end = time.monotonic() + PATIENCE
        while True:
            inside = {user: client for user, client in self.clients.items() if await self._is_in(client)}
            before = dict(self.cuts)
            try:
                found = await self._try(inside)
                if before == self.cuts and all(client.is_connected for client in inside.values()):
                    return found
            except (nats.errors.Error, OSError, asyncio.TimeoutError):
                pass
            assert time.monotonic() < end, "clients are cut again and again"

    async def _try(self, inside):
        self.number += 1
        mark = b"%d" % self.number
        found = set()
        watchers = {account: inside[f"{account}-watch"] for account in ACCOUNTS}
        others = {user: client for user, client in inside.items() if not user.endswith("watch")}
        subscriptions = []

        async def listen(client, subject, note):
            async def take(message):
                number, _, who = message.data.partition(b" ")
                if number == mark:
                    note(message.subject, who.decode())
            subscriptions.append(await client.subscribe(subject, cb=take))

        def seen(account):
            def note(subject, who):
                if who in others and who[0] == account:
                    found.add((who, "publish", subject))
                elif subject in ("m", "n") and who == account:
                    found.add((account, "maps", subject))
                elif subject[:2] in ("i.", "j."):
                    found.add((account, "imports", subject))
            return note

        for account, watcher in watchers.items():
            await listen(watcher, ">", seen(account))
        for user, client in others.items():
            for subject in RECEIVED:
                await listen(client, subject, lambda subject, _, user=user: found.add((user, "receive", subject)))
        await synchronise(*inside.values())
        self.kept.clear()
        for user, client in others.items():
            for subject in PUBLISHED:
                await client.publish(subject, mark + b" " + user.encode())
        for account, watcher in watchers.items():
            for subject in ("m", *SHARED, *RECEIVED):
                await watcher.publish(subject, mark + b" " + account.encode())
        await synchronise(*others.values(), *watchers.values())
        await synchronise(*inside.values())
        # What a subscription has taken in is handed to its callback later.
        while any(subscription.pending_msgs for subscription in subscriptions):
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        for subscription in subscriptions:
            await subscription.unsubscribe()
        await synchronise(*inside.values())
        return found

    async def close(self):
        for client in self.clients.values():
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), WAIT)


class Gate:
    """A way to the server that holds each update of an account back until `reached` returns.

    `reached` is called with the number of the connection, which is one for each step, and with that of the update on it,
    once the server has answered all that came before: while nats-server takes an account in, a new subscription there may
    miss what is imported. Where it returns false, the update goes on to the server and the answer stays here: `answered`
    is set when it comes.
    """

    def __init__(self, address, reached):
        self.address, self.reached = address, reached
        self.connections, self.answered, self.tasks, self.failure = 0, asyncio.Event(), set(), None

    async def __aenter__(self):
        self.listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = "nats://127.0.0.1:%d" % self.listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.listener.close()
        for task in self.tasks:
            task.cancel()
        if self.failure:
            raise self.failure

    async def _serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.connections += 1
        inward, outward = await asyncio.open_connection(*self.address)
        passage = Passage(self, self.connections)
        back = asyncio.create_task(passage.answer(inward, writer))
        try:
            await passage.ask(reader, outward)
        except (OSError, asyncio.IncompleteReadError):
            pass
        except Exception as failure:  # The test says it, and not that a command waited in vain.
            self.failure = failure
        finally:
            back.cancel()
            for end in (outward, writer):
                end.close()


class Passage:
    """One connection through a gate."""

    def __init__(self, gate, number):
        self.gate, self.number = gate, number
        # Until the server answers, by where it does.
        self.open, self.held = {}, None

    async def ask(self, reader, outward):
        update = 0
        while True:
            data, words = await self._read(reader)
            if words and words[0] in (b"PUB", b"HPUB") and words[1].endswith(UPDATES):
                update += 1
                while self.open:
                    await next(iter(self.open.values())).wait()
                reply = words[2]
                self.open[reply] = asyncio.Event()
                if not await self.gate.reached(self.number, update):
                    self.held = reply
            outward.write(data)
            await outward.drain()

    async def answer(self, inward, writer):
        try:
            while True:
                data, words = await self._read(inward)
                if words and words[0] in (b"MSG", b"HMSG"):
                    if answered := self.open.pop(words[1], None):
                        answered.set()
                    if words[1] == self.held:
                        self.gate.answered.set()
                if self.held is None:
                    writer.write(data)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
        finally:
            while self.open:
                self.open.popitem()[1].set()

    @staticmethod
    async def _read(reader):
        """One command of either side, with its words."""
        data = await reader.readuntil(b"\r\n")
        words = data.split()
        if words and words[0].upper() in (b"PUB", b"HPUB", b"MSG", b"HMSG"):
            words[0] = words[0].upper()
            data += await reader.readexactly(int(words[-1]) + 2)
        return data, words
