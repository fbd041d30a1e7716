"""Applies that are killed, as clients see them who are connected all the while.

Each plan leads from one set drawn at random to another. It is applied and undone with a look at every update on its way to
the server, then killed in each of its steps and resumed or undone: what clients may do lies between what both sets allow
and what either does. 50 plans for `make prove` (CHANCERY_PROVE=1), a few otherwise; CHANCERY_TEST_SEED=n draws the plans of
a seed again.
"""

import asyncio
import os
import random
import signal
import time

import pytest

from applying import DrawnSet, Gate, Observer
from peers import Server
from test_distribution import cluster  # noqa: F401

PROVES = bool(os.environ.get("CHANCERY_PROVE"))
PLANS = {"chancery": 50 if PROVES else 2, "nats-server": 5 if PROVES else 1}
PATIENCE = 30


@pytest.fixture(params=list(PLANS))
def engine(request):
    return request.param


class Plant:
    """A server, a directory whose operator it trusts, and clients."""

    def __init__(self, chancery, engine, folder, seed):
        self.chancery, self.folder, self.engine = chancery, folder, engine
        self.random = random.Random(seed)
        chancery("add", "operator", "O", "--sys")
        self.configuration = chancery("generate", "config", "--nats-resolver").stdout
        self.server = self.start()
        chancery("edit", "operator", "--account-jwt-server-url", self.server.url)
        chancery("push", "--all")
        self.observer = Observer(chancery, self.server, folder)
        self.counts = {"looks": 0, "kills": 0, "resumed": 0, "undone": 0, "refused": 0}

    def start(self, port=-1):
        return Server(
            self.engine, self.folder / "server",
            lambda port_: f'listen: "127.0.0.1:{port_}"\nserver_name: one\n{self.configuration}', port)

    async def run(self, *words, **options):
        return await asyncio.to_thread(self.chancery, "policy", *words, **options)

    async def draw(self):
        """A set that what is in force can become: in two accounts at once what comes may meet what goes in whatever order."""
        while True:
            drawn = DrawnSet(self.random)
            told = await self.run("plan", drawn.write(self.folder / "set"), "--delete-roles", exits=None)
            if told.returncode == 0:
                return drawn
            assert "nothing was begun" in told.stderr, told.stderr
            self.counts["refused"] += 1
            assert self.counts["refused"] < 20 * PLANS[self.engine], told.stderr

    async def apply(self, drawn):
        await self.run("apply", drawn.write(self.folder / "set"), "--delete-roles")
        await self.settle(drawn)

    async def settle(self, drawn):
        """Waits until clients may do what a set says, and nothing else."""
        await self.observer.welcome(drawn.users())
        end = time.monotonic() + PATIENCE
        while (found := await self.observer.facts()) != drawn.facts():
            assert time.monotonic() < end, self.difference(found, drawn.facts())

    @staticmethod
    def difference(found, wanted):
        return f"missing: {sorted(wanted - found)}; too much: {sorted(found - wanted)}"

    async def look(self, old, new, where):
        """What may be done lies between two sets."""
        found = await self.observer.facts()
        self.counts["looks"] += 1
        least, most = old.facts() & new.facts(), old.facts() | new.facts()
        assert least <= found, f"{where}: lost {sorted(least - found)}"
        assert found <= most, f"{where}: too much {sorted(found - most)}"
        kept = set(self.observer.kept)
        assert kept <= most, f"{where}: old subscriptions get {sorted(kept - most)}"

    async def watched(self, old, new, *words, may_be_refused=False):
        """Runs a command that leads from one set to another, with a look before each update reaches the server.

        - Returns: how many updates each of its steps sent; None where it was refused before it began anything.
        """
        updates = {}

        async def reached(connection, update):
            updates[connection] = update
            await self.look(old, new, f"{' '.join(map(str, words[:1]))}, step {connection}, before update {update}")
            return True

        async with Gate(self.server.address, reached) as gate:
            done = await self.run(*words, "--account-jwt-server-url", gate.url, "--timeout", "60", exits=None)
        if done.returncode:
            assert may_be_refused and "nothing was begun" in done.stderr and not updates, done.stderr
            self.counts["refused"] += 1
            return None
        await self.settle(new)
        return updates

    async def kill(self, old, new, step, update, is_taken):
        """Kills an apply at an update, before the server has it or before the answer is there.

        - Returns: whether it came so far.
        """
        killed = asyncio.Event()

        async def reached(connection, number):
            if (connection, number) != (step, update):
                return True
            if is_taken:
                asyncio.create_task(end_when_answered())
                return False
            process.send_signal(signal.SIGKILL)
            killed.set()
            await asyncio.sleep(3600)

        async def end_when_answered():
            await gate.answered.wait()
            process.send_signal(signal.SIGKILL)
            killed.set()

        folder = new.write(self.folder / "set")
        async with Gate(self.server.address, reached) as gate:
            process = self.chancery.start(
                "policy", "apply", folder, "--delete-roles", "--account-jwt-server-url", gate.url, "--timeout", "60")
            said = await asyncio.to_thread(process.communicate)
        if not killed.is_set():
            assert process.returncode == 0, said
            await self.settle(new)
            return False
        assert process.returncode == -signal.SIGKILL, said
        self.counts["kills"] += 1
        await self.look(old, new, f"killed in step {step} at update {update}, {'taken' if is_taken else 'on its way'}")
        return True

    async def plan(self):
        """One plan there and back, and killed in each of its steps.

        - Returns: whether there is a way back: on the way there, what comes may meet nothing that goes, and yet on the way back.
        """
        old = await self.draw()
        await self.apply(old)
        new = await self.draw()
        steps = await self.watched(old, new, "apply", new.write(self.folder / "set"), "--delete-roles")
        if await self.watched(new, old, "undo", may_be_refused=True) is None:
            return False
        for step, count in steps.items():
            update, is_taken = self.random.randint(1, count), self.random.random() < 0.5
            if not await self.kill(old, new, step, update, is_taken):
                # The way back may have fewer steps.
                old, new = new, old
            elif self.random.random() < 0.5 or await self.watched(new, old, "undo", may_be_refused=True) is None:
                self.counts["resumed"] += 1
                await self.watched(old, new, "apply", "--resume")
                old, new = new, old
            else:
                self.counts["undone"] += 1
        return True


def test_access_lies_between_the_old_and_the_new(chancery, engine, tmp_path):
    seed = int(os.environ.get("CHANCERY_TEST_SEED", random.randrange(1 << 32)))
    print(f"seed {seed}")
    plant = Plant(chancery, engine, tmp_path, seed)

    async def play():
        try:
            for number in range(PLANS[engine]):
                try:
                    while not await plant.plan():
                        assert plant.counts["refused"] < 20 * PLANS[engine]
                except AssertionError as failure:
                    raise AssertionError(f"seed {seed}, plan {number}: {failure}") from failure
        finally:
            await plant.observer.close()

    try:
        asyncio.run(play())
    finally:
        plant.server.stop()
    chancery("audit", "verify")
    print(f"{engine}: {PLANS[engine]} plans, {plant.counts}")
    assert plant.counts["kills"] >= PLANS[engine]


def test_a_server_that_was_away_gets_the_rest(chancery, engine, tmp_path):
    """The server goes in the middle of an apply, which says what is missing, and is told the rest once it is back."""
    plant = Plant(chancery, engine, tmp_path, 1)

    async def play():
        old, new = DrawnSet(plant.random), DrawnSet(plant.random)
        await plant.apply(old)

        async def reached(connection, update):
            if connection == 2 and update == 1:
                await asyncio.to_thread(plant.server.stop)
            return True

        folder = new.write(tmp_path / "set")
        async with Gate(plant.server.address, reached) as gate:
            told = await plant.run(
                "apply", folder, "--delete-roles", "--account-jwt-server-url", gate.url, exits=1)
        assert "policy apply --resume" in told.stderr, told.stderr
        told = await plant.run("apply", "--resume", exits=1)
        assert "policy apply --resume" in told.stderr, told.stderr
        plant.server = plant.start(plant.server.address[1])
        await plant.watched(old, new, "apply", "--resume")
        assert "Nothing changes" in (await plant.run("plan", folder)).stdout
        await plant.observer.close()

    try:
        asyncio.run(play())
    finally:
        plant.server.stop()


def test_one_of_two_servers_is_away(chancery, cluster, tmp_path):  # noqa: F811
    """Each server that does not answer is counted, and gets what it missed when the apply is resumed."""
    folder = DrawnSet(random.Random(1)).write(tmp_path / "set")
    stopped = cluster.servers[1].process
    stopped.send_signal(signal.SIGSTOP)
    try:
        told = chancery("policy", "apply", folder, "--timeout", "1", exits=1).stderr
        assert '1 of 2 servers answered for "A"' in told and "did not reach every server" in told, told
        assert "policy apply --resume" in told, told
    finally:
        stopped.send_signal(signal.SIGCONT)
    end = time.monotonic() + PATIENCE
    while chancery("policy", "apply", "--resume", exits=None).returncode:
        assert time.monotonic() < end, "the server did not come back"
    assert "Nothing changes" in chancery("policy", "plan", folder).stdout
    first, second = cluster.held()
    assert first == second and len(first) == 3
