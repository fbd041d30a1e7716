"""What comes in one account never meets what goes in another, as connected clients see it: while a set is applied after
another one, and back, somebody sends what neither set brings to a subject, and somebody listens there."""

import asyncio
import time

import nats
import pytest

from flushing import WAIT
from test_policies_apply import creds, server  # noqa: F401

MANIFEST = "chancery: v1\noperator: O\naccounts: { A: a.yaml, B: b.yaml, C: c.yaml }\n"
LISTENER = "watch: { subscribe: [ svc.m, danger, danger.> ] }"
LISTENS = "ear: { role: watch }"


def account(name, roles="", users="", rest=""):
    roles = ", ".join(part for part in (LISTENER, roles) if part)
    users = ", ".join(part for part in (LISTENS, users) if part)
    return f"chancery: v1\naccount: {name}\nroles: {{ {roles} }}\nusers: {{ {users} }}\n{rest}"


SENDS = ("r: { publish: [ svc.m ] }", "u: { role: r }")
PASSED = "exports: [ { service: bs.m } ]\n"

# Two sets, who sends what, and who must never hear it where.
CHAINS = {
    "a mapping comes, an import goes": (
        {"A": account("A", rest="exports: [ { service: svc.m } ]\n"),
         "B": account("B", *SENDS, "imports: [ { service: svc.m, from: A } ]\n")},
        {"A": account("A", rest="exports: [ { service: svc.m } ]\nmappings: { svc.m: { danger: 100% } }\n"),
         "B": account("B", *SENDS)},
        ("B", "svc.m", ""), ("A", "danger")),
    "an import comes, one behind it goes": (
        {"A": account("A", rest="exports: [ { service: svc.m } ]\n"),
         "B": account("B", rest=PASSED + "imports: [ { service: svc.m, from: A, as: bs.m } ]\n"),
         "C": account("C", "r: { publish: [ bs.m ] }", "u: { role: r }")},
        {"A": account("A", rest="exports: [ { service: svc.m } ]\n"), "B": account("B", rest=PASSED),
         "C": account("C", "r: { publish: [ bs.m ] }", "u: { role: r }",
                      "imports: [ { service: bs.m, from: B } ]\n")},
        ("C", "bs.m", ""), ("A", "svc.m")),
    "a right comes, a mapping goes": (
        {"B": account("B", "r: { publish: [ other ] }", "u: { role: r }", "imports: [ { service: svc.m, from: C } ]\n"),
         "C": account("C", rest="exports: [ { service: svc.m } ]\nmappings: { svc.m: { danger: 100% } }\n")},
        {"B": account("B", "r: { publish: [ svc.m, other ] }", "u: { role: r }",
                      "imports: [ { service: svc.m, from: C } ]\n"),
         "C": account("C", rest="exports: [ { service: svc.m } ]\n")},
        ("B", "svc.m", ""), ("C", "danger")),
    "a mapping comes, a role goes": (
        {"C": account("C", *SENDS, 'mappings: { x: { "y": 100% } }\n')},
        {"C": account("C", rest="mappings: { svc.m: { danger: 100% } }\n")},
        ("C", "svc.m", ""), ("C", "danger")),
    "each has an import that goes, and a mapping that comes": (
        {"A": account("A", "out: { publish: [ of.b ] }", "",
                      "exports: [ { service: svc.m } ]\nimports: [ { service: of.b, from: B } ]\n"),
         "B": account("B", *SENDS, "exports: [ { service: of.b } ]\nimports: [ { service: svc.m, from: A } ]\n")},
        {"A": account("A", "out: { publish: [ of.b ] }", "",
                      "exports: [ { service: svc.m } ]\nmappings: { svc.m: { danger: 100% } }\n"),
         "B": account("B", *SENDS, "exports: [ { service: of.b } ]\nmappings: { of.b: { danger: 100% } }\n")},
        ("B", "svc.m", ""), ("A", "danger")),
}


def write(folder, files):
    folder.mkdir(exist_ok=True)
    (folder / "chancery.yaml").write_text(MANIFEST)
    for name in "ABC":
        (folder / f"{name.lower()}.yaml").write_text(files.get(name) or account(name))
    return folder


class Traffic:
    """Sends all the time, and keeps what is heard."""

    def __init__(self, url, sender, listener, subject, reply, heard_on):
        self.url, self.sender, self.listener = url, sender, listener
        self.subject, self.reply, self.heard_on = subject, reply, heard_on
        self.heard, self.sent, self.is_over = [], 0, False
        # How many messages had been sent when the first one was heard.
        self.sent_before = None

    async def connect(self, path):
        async def ignore(_):
            pass

        return await asyncio.wait_for(nats.connect(
            self.url, user_credentials=str(path), error_cb=ignore, max_reconnect_attempts=-1,
            reconnect_time_wait=0.02), WAIT)

    async def run(self, work):
        async def keep(message):
            if not self.heard:
                self.sent_before = self.sent
            self.heard.append(message.data)

        ear, mouth = await self.connect(self.listener), await self.connect(self.sender)
        await ear.subscribe(self.heard_on, cb=keep)
        await ear.flush()
        sending = asyncio.create_task(self.send(mouth))
        await asyncio.to_thread(work)
        self.is_over = True
        await sending
        for client in (ear, mouth):
            await client.close()

    async def send(self, client):
        while not self.is_over:
            try:
                await client.publish(self.subject, b"%d" % self.sent, reply=self.reply)
                await client.flush(1)
                self.sent += 1
            except (nats.errors.Error, asyncio.TimeoutError):
                pass
            await asyncio.sleep(0.001)


@pytest.mark.parametrize("chain", CHAINS)
def test_what_comes_never_meets_what_goes(chancery, server, tmp_path, chain):  # noqa: F811
    old, new, (sender, subject, reply), (listener, heard_on) = CHAINS[chain]
    sets = [write(tmp_path / "old", old), write(tmp_path / "new", new)]
    chancery("policy", "apply", sets[0], "--delete-roles")
    ear = creds(chancery, tmp_path, listener, "ear")
    for turn in range(4):
        target = sets[(turn + 1) % 2]
        mouth = tmp_path / f"u-{turn}.creds"
        # Where the role is gone nobody sends: the way back is for whoever has it again.
        has_sender = "u:" in ((old, new)[turn % 2].get(sender) or "")
        if has_sender:
            chancery("generate", "creds", "--account", sender, "--name", "u", "--output-file", mouth)
        traffic = Traffic(server.url, mouth if has_sender else ear, ear, subject, reply, heard_on)
        asyncio.run(traffic.run(lambda: chancery("policy", "apply", target, "--delete-roles")))
        assert not traffic.heard, f"turn {turn}: {len(traffic.heard)} of {traffic.sent} messages got through"
        assert traffic.sent > 3


def test_the_plan_says_the_order(chancery, server, tmp_path):  # noqa: F811
    old, new, *_ = CHAINS["a mapping comes, an import goes"]
    sets = [write(tmp_path / "old", old), write(tmp_path / "new", new)]
    chancery("policy", "apply", sets[0])
    steps = [line for line in chancery("policy", "plan", sets[1]).stdout.splitlines() if " switch: " in line]
    assert [line.rsplit("(")[-1] for line in steps] == ["B)", "A)"], steps
    chancery("policy", "apply", sets[1])
    steps = [line for line in chancery("policy", "plan", sets[0]).stdout.splitlines() if " switch: " in line]
    assert [line.rsplit("(")[-1] for line in steps] == ["A)", "B)"], steps


def test_answers_that_go_anywhere_wait_for_the_end(chancery, server, tmp_path):  # noqa: F811
    """A role that may send a request in the old set, and have its answer go anywhere in the new one, never does both."""
    if server.name != "chancery":
        pytest.skip("nats-server lets every answer go anywhere")
    asks = account("C", "r: { publish: [ svc.m ], subscribe: [ zz ] }", "u: { role: r }")
    aims = account("C", "r: { publish: [ other ], subscribe: [ zz ], replies: any }", "u: { role: r }")
    sets = [write(tmp_path / "asks", {"C": asks}), write(tmp_path / "aims", {"C": aims})]
    chancery("policy", "apply", sets[0])
    mouth, ear = creds(chancery, tmp_path, "C", "u"), creds(chancery, tmp_path, "C", "ear")
    for turn in range(6):
        # A request with a target for its answer that the role may not hear is heard only where answers go anywhere.
        traffic = Traffic(server.url, mouth, ear, "svc.m", "danger", "svc.m")
        asyncio.run(traffic.run(lambda: chancery("policy", "apply", sets[(turn + 1) % 2])))
        assert not traffic.heard, f"turn {turn}: {len(traffic.heard)} of {traffic.sent} requests got through"


def until(is_done):
    """Waits until something is so."""
    end = time.monotonic() + WAIT
    while not is_done():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def answered(imports):
    """Sets in which B asks A, and what comes to B's inbox goes on to C, or either."""
    return {
        "A": account("A", "srv: { serve: { svc.m: { answers: 1, within: 2s } } }", "srv: { role: srv }",
                     "exports: [ { service: svc.m } ]\n"),
        "B": account("B", "r: { publish: [ svc.m ], subscribe: [ box ] }", "u: { role: r }", imports),
        "C": account("C", rest="exports: [ { service: danger } ]\n"),
    }


def test_answers_go_on_by_no_import_that_comes(chancery, server, tmp_path):  # noqa: F811
    """B's request goes to A by an import of one set, and its inbox goes on to C by one of the other."""
    asks, passes = "{ service: svc.m, from: A }", "{ service: danger, from: C, as: box }"
    sets = [write(tmp_path / name, answered(f"imports: [ {imports} ]\n"))
            for name, imports in (("asks", asks), ("passes", passes))]
    both = write(tmp_path / "both", answered(f"imports: [ {asks}, {passes} ]\n"))
    chancery("policy", "apply", both)
    mouth, ear, helper = (creds(chancery, tmp_path, *who) for who in (("B", "u"), ("C", "ear"), ("A", "srv")))

    async def listen(work=None):
        traffic = Traffic(server.url, mouth, ear, "svc.m", "box", "danger")
        responder = await traffic.connect(helper)

        async def answer(message):
            await responder.publish(message.reply, message.data)

        await responder.subscribe("svc.m", cb=answer)
        await responder.flush()
        await traffic.run(work or (lambda: until(lambda: traffic.heard)))
        await responder.close()
        return traffic

    # Where one set has both imports the answers get there: the test would see them.
    asyncio.run(listen())
    chancery("policy", "apply", sets[0])
    for turn in range(4):
        traffic = asyncio.run(listen(lambda: chancery("policy", "apply", sets[(turn + 1) % 2])))
        # What was asked before the new import came may be answered behind it. What is asked once it is there is not.
        late = [data for data in traffic.heard if int(data) > traffic.sent_before]
        assert not late, f"turn {turn}: {len(late)} of {traffic.sent} answers got through"
        assert traffic.sent > 3
