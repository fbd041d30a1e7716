"""Generated policies mean on each server what their files say: every question of a finite suite, asked of both.

`witness` draws policies, compiles them and writes what each server has to answer about each; here the questions are
asked. What differs between the servers has to be listed by the comparison of the engines, and what is listed has to occur;
and what `policy explain` says of each question, for each server, has to be what that server did.
500 policies for `make prove` (CHANCERY_PROVE=1), 25 otherwise. CHANCERY_TEST_SEED=n runs the policies of a seed again.
"""

import json
import os
import re
import subprocess
import time

import issuer
from peers import CHANCERY, ENGINES, World
from realm import Account, Issued, Permissions, Realm, User

WITNESS = CHANCERY.parent / "witness"
POLICIES = int(os.environ.get("CHANCERY_POLICIES", 500 if os.environ.get("CHANCERY_PROVE") else 25))
# How many accounts a server starts with: it looks at each of them before it listens.
AT_ONCE = 50
VIOLATION = re.compile(r'Permissions Violation for Subscription to "(.*?)"(?: using queue "(.*?)")?$')
SETTINGS = "$SYS.REQ.CHANCERY.SETTINGS.UPDATE"
# As the program fills templates.
HOLDER = User("h1", role="r", tags=("plant:berlin",))
KEYS = {"chancery": "chancery", "nats-server": "natsServer"}


def suites():
    words = [WITNESS, POLICIES, os.environ.get("CHANCERY_TEST_SEED", "")]
    done = subprocess.run([str(word) for word in words if word != ""], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    *lines, summary = (json.loads(line) for line in done.stdout.splitlines())
    print(f"seed {summary['seed']}, refused {summary['refused']}")
    return lines


def realm(suites):
    def permissions(template):
        lists = [tuple(template[side][which]) for which in ("allow", "deny") for side in ("publish", "subscribe")]
        answers = template.get("answers")
        return Permissions(*lists, responses=(answers, 120) if answers else None)

    return Issued(Realm(tuple(
        Account(f"A{number}", users=(HOLDER, User("peer")), roles={"r": permissions(suite["template"])})
        for number, suite in enumerate(suites))))


def push_settings(world, suites):
    """Tells our broker which roles may name any reply subject."""
    system = world.client("SYS.sys")
    system.subscribe("answers")
    for number, suite in enumerate(suites):
        name, realm = f"A{number}", world.realm
        role = issuer.read(realm.credentials[f"{name}.h1"].token)["iss"]
        nats = {"type": "chancery-settings", "roles": {role: {"replies": suite["template"]["replies"]}}}
        claims = {"sub": realm.identity(name), "name": "settings", "iat": int(time.time()), "nats": nats}
        system.publish(SETTINGS, issuer.encode(claims, realm.key("operator")), reply="answers")
        assert b"settings updated" in system.message().payload


class Play:
    """One policy on one server, on two connections: the role's holder, and somebody who may do everything."""

    def __init__(self, world, number, suite):
        self.suite, self.key = suite, KEYS[world.engine]
        self.answers = {}
        self.wrong = []
        with world.open() as self.holder, world.open() as self.peer:
            self.holder.sign_in(world.credentials(f"A{number}.h1"))
            self.peer.sign_in(world.credentials(f"A{number}.peer"))
            self.publish()
            self.subscribe()
            self.deliver()
            self.request()

    def note(self, question, found, answers):
        self.answers[question] = found
        words = " ".join(map(str, question))
        if found != answers[self.key]:
            self.wrong.append(f"{words} is {found}, should be {answers[self.key]}")
        if found != answers["explained"][self.key]:
            self.wrong.append(f"{words} is {found}, explained is {answers['explained'][self.key]}")

    def publish(self):
        self.peer.subscribe(">", "1")
        asked = self.suite["publish"]
        for index, question in enumerate(asked):
            words = " ".join(filter(None, (question["subject"], question.get("reply"))))
            self.holder.send(f"PUB {words} {len(str(index))}\r\n{index}\r\n")
        self.holder.flush()
        taken = {int(payload) for payload in self.peer.payloads()}
        for index, question in enumerate(asked):
            self.note(("publish", question["subject"], question.get("reply")), index in taken, question["answers"])
        self.peer.send("UNSUB 1\r\n")
        self.holder.errors.clear()

    def subscribe(self):
        asked = self.suite["subscribe"]
        for index, question in enumerate(asked):
            words = " ".join(filter(None, (question["pattern"], question.get("queue"))))
            self.holder.send(f"SUB {words} s{index}\r\n")
        self.holder.flush()
        refused = {VIOLATION.match(error).groups() for error in self.holder.errors}
        for question in asked:
            words = question["pattern"], question.get("queue")
            self.note(("subscribe", *words), words not in refused, question["answers"])

    def deliver(self):
        asked = self.suite["deliver"]
        queues = [question.get("queue") for question in self.suite["subscribe"]]
        for subject in sorted({question["subject"] for question in asked}):
            self.peer.send(f"PUB {subject} 0\r\n\r\n")
        self.peer.flush()
        received = {(message.subject, queues[int(message.sid[1:])]) for message in self.holder.messages()}
        for question in asked:
            words = question["subject"], question.get("queue")
            self.note(("deliver", *words), words in received, question["answers"])

    def request(self):
        for question in self.suite["requests"]:
            for index in range(len(self.suite["subscribe"])):
                self.holder.send(f"UNSUB s{index}\r\n")
            self.holder.subscribe(question["subject"], "r", question.get("queue"))
            self.peer.subscribe("_REPLY.x", "2")
            self.peer.publish(question["subject"], "?", reply="_REPLY.x")
            asked = [message for message in self.holder.messages() if message.sid == "r"]
            assert len(asked) == 1, (question, asked)
            for number in ("first", "second"):
                self.holder.publish("_REPLY.x", number)
            answers = self.peer.payloads()
            for number in ("first", "second"):
                self.note(("answer", number), number in answers, question[number])


def unlisted(suite, ours, theirs):
    """Answers of the two servers that differ without a word about it."""
    for kind, words in (("publish", "reply"), ("subscribe", "queue"), ("deliver", "queue")):
        for question in suite[kind]:
            asked = kind, question.get("pattern") or question["subject"], question.get(words)
            if ours[asked] != theirs[asked] and not question["answers"]["isListed"]:
                yield f"{asked}: chancery {ours[asked]}, nats-server {theirs[asked]}"


def missing(suite, ours, theirs):
    """Differences that are listed and do not occur."""
    for listed in suite["differences"]:
        subject, queue = listed["subject"], listed.get("queue")
        match listed["kind"]:
            case "wider-subscription":
                occurs = theirs["subscribe", subject, queue] and not ours["subscribe", subject, queue]
            case "narrower-subscription":
                occurs = ours["subscribe", subject, queue] and not theirs["subscribe", subject, queue]
            case "wider-delivery":
                occurs = theirs["deliver", listed["object"], queue] and not ours["deliver", listed["object"], queue]
            case "reply":
                occurs = theirs["publish", subject, listed["object"]] and not ours["publish", subject, listed["object"]]
        if not occurs:
            yield listed["description"]


def played(suites_, folder):
    """What happened to the policies on each server, which has an account for each."""
    made = realm(suites_)
    plays = {}
    for engine in ENGINES:
        world = World(engine, made, folder / engine)
        try:
            if engine == "chancery":
                push_settings(world, suites_)
            plays[engine] = [Play(world, number, suite) for number, suite in enumerate(suites_)]
        finally:
            world.close()
    return zip(suites_, plays["chancery"], plays["nats-server"])


def test_generated_policies_mean_the_same_on_both_servers(tmp_path):
    suites_ = suites()
    wrong, questions, differences = [], 0, {}
    together = (
        play for start in range(0, len(suites_), AT_ONCE)
        for play in played(suites_[start:start + AT_ONCE], tmp_path / str(start)))
    for suite, ours, theirs in together:
        found = [f"not what the file says: {line}" for line in suite["broken"]]
        found += [f"chancery: {line}" for line in ours.wrong] + [f"nats-server: {line}" for line in theirs.wrong]
        found += [f"not listed: {line}" for line in unlisted(suite, ours.answers, theirs.answers)]
        found += [f"does not occur: {line}" for line in missing(suite, ours.answers, theirs.answers)]
        if found:
            wrong.append("\n".join([suite["policy"], json.dumps(suite["template"]), *found[:10]]))
        questions += len(ours.answers) + len(theirs.answers)
        for listed in suite["differences"]:
            differences[listed["kind"]] = differences.get(listed["kind"], 0) + 1
    print(f"{len(suites_)} policies, {questions} questions; listed differences: {differences}")
    assert not wrong, f"{len(wrong)} policies\n\n" + "\n\n".join(wrong[:5])
