"""Two hundred made-up roles: what nats-server does with their claims, and what Chancery's broker does with the same ones.

Publishing must be the same always. Subscribing must be the same but for two rules of Chancery's own: S1 (a pattern with
wildcards has to lie in the union of what is allowed, and is filtered where a deny meets it) and S7 (an entry with a queue
group in a list with templates counts). What those rules say is computed here a third time, by trying every subject.
"""

import itertools
import os
import random

import pytest

from peers import World
from realm import Account, Issued, Permissions, Realm, User

ROLES = 200
PUBLICATIONS = 16
SUBSCRIPTIONS = 14
TOKENS = ("a", "b", "c")
VALUES = ("a", "b", "v")
GROUPS = ("q1", "q2")
# Longer than any pattern here, with a token that no rule names.
SUBJECTS = [
    subject for length in range(1, 5) for subject in itertools.product((*TOKENS, "v", "fresh"), repeat=length)]


class Role:
    """Lists of rules, and the one user that has them."""

    def __init__(self, number, generator):
        self.name = f"role{number}"
        self.random = generator
        self.tags = tuple(f"t:{value}" for value in generator.sample(VALUES, generator.randint(1, 2)))
        # In every other role the template and the queue rule stand in different lists.
        self.joins = number % 2 == 1
        template = "pub" if not self.joins else "sub"
        self.lists = {
            "pub": [self.pattern() for _ in range(generator.randint(1, 4))],
            "deny_pub": [self.pattern() for _ in range(generator.randint(1, 3))],
            "sub": [self.pattern() for _ in range(generator.randint(1, 3))],
            "deny_sub": [self.pattern() for _ in range(generator.randint(2, 3))],
        }
        self.lists["sub"].append(f"{self.pattern()} {generator.choice((*GROUPS, 'q*', '*', '>'))}")
        self.lists[template].append(self.template())
        if generator.random() < 0.3:
            self.lists["deny_pub"].append(self.template())

    def pattern(self):
        tokens = [self.random.choice((*TOKENS, "*")) for _ in range(self.random.randint(1, 3))]
        if self.random.random() < 0.25:
            tokens[-1] = ">"
        return ".".join(tokens)

    def template(self):
        tokens = [self.random.choice((*TOKENS, "*")) for _ in range(self.random.randint(0, 2))]
        tokens.insert(self.random.randint(0, len(tokens)), "{{tag(t)}}")
        return ".".join(tokens)

    def permissions(self):
        return Permissions(**{name: tuple(entries) for name, entries in self.lists.items()})

    def filled(self, name):
        """The rules of a list as pairs of subject and queue group, with the templates filled in as text."""
        rules = []
        for entry in self.lists[name]:
            values = [tag.partition(":")[2] for tag in self.tags] if "{{" in entry else [""]
            for value in values:
                subject, _, queue = entry.replace("{{tag(t)}}", value).partition(" ")
                rules.append((subject, queue))
        return rules

    # What is asked

    def publications(self):
        near = [subject for name in ("pub", "deny_pub") for subject, _ in self.filled(name)]
        return [self.literal(self.random.choice(near)) for _ in range(PUBLICATIONS)]

    def subscriptions(self):
        near = [subject for name in ("sub", "deny_sub") for subject, _ in self.filled(name)]
        asked = []
        for _ in range(SUBSCRIPTIONS):
            subject = self.random.choice((*near, self.pattern()))
            if self.random.random() < 0.6:
                subject = self.literal(subject)
            asked.append((subject, self.random.choice((None, None, *GROUPS))))
        return asked

    def literal(self, pattern):
        """A subject of a pattern, now and then with something changed."""
        tokens = [self.random.choice((*TOKENS, "v")) if token in ("*", ">") else token for token in pattern.split(".")]
        if pattern.endswith(">") and self.random.random() < 0.4:
            tokens.append("a")
        if self.random.random() < 0.3:
            tokens[self.random.randrange(len(tokens))] = self.random.choice((*TOKENS, "fresh"))
        if self.random.random() < 0.1:
            tokens.append("b")
        return ".".join(tokens)

    # What the rules say

    def may_publish(self, subject):
        tokens = subject.split(".")
        allowed = any(matches(rule, tokens) for rule, _ in self.filled("pub"))
        return allowed and not any(matches(rule, tokens) for rule, _ in self.filled("deny_pub"))

    def may_subscribe(self, pattern, group):
        allow, deny = self.filled("sub"), self.filled("deny_sub")
        is_literal = not {"*", ">"} & set(pattern.split("."))
        subjects = [pattern.split(".")] if is_literal else [each for each in SUBJECTS if matches(pattern, each)]
        covered = all(in_set(allow, subject, group) for subject in subjects)
        return covered and not all(denied(deny, subject, group) for subject in subjects)


def matches(pattern, tokens):
    wanted = pattern.split(".")
    for position, token in enumerate(wanted):
        if token == ">":
            return len(tokens) > position
        if position >= len(tokens) or token not in ("*", tokens[position]):
            return False
    return len(wanted) == len(tokens)


def in_set(rules, subject, group):
    fitting = [queue for rule, queue in rules if matches(rule, subject)]
    if group is None:
        return "" in fitting
    queues = [queue for queue in fitting if queue]
    return any(matches(queue, group.split(".")) for queue in queues) or (not queues and "" in fitting)


def denied(rules, subject, group):
    return any(
        matches(rule, subject) and (not queue or (group is not None and matches(queue, group.split("."))))
        for rule, queue in rules)


def answers(world, role, publications, subscriptions):
    """What a server lets the role's user do: a truth value for each question."""
    client = world.client(f"A.{role.name}")
    for subject in publications:
        client.send(f"PUB {subject} 0\r\n\r\n")
    client.flush()
    refused = {text for text in client.errors if "Publish" in text}
    published = [f'Permissions Violation for Publish to "{subject}"' not in refused for subject in publications]
    subscribed = []
    for number, (subject, group) in enumerate(subscriptions):
        subscribed.append(client.subscribe(subject, str(number), group) is None)
    client.close()
    return published, subscribed


@pytest.mark.skipif("INTEROP_ENGINES" in os.environ, reason="needs both servers")
def test_two_hundred_roles_are_decided_alike(tmp_path):
    seed = int(os.environ.get("CHANCERY_TEST_SEED", random.randrange(1, 1 << 32)))
    print(f"seed {seed}")
    generator = random.Random(seed)
    roles = [Role(number, generator) for number in range(ROLES)]
    realm = Issued(Realm((Account(
        "A", users=tuple(User(role.name, role=role.name, tags=role.tags) for role in roles),
        roles={role.name: role.permissions() for role in roles}),)))
    worlds = [World(engine, realm, tmp_path / engine) for engine in ("nats-server", "chancery")]
    differences = {"S1": 0, "S7": 0}
    asked = refused = 0
    try:
        for role in roles:
            publications, subscriptions = role.publications(), role.subscriptions()
            (peer_publishes, peer_subscribes), (publishes, subscribes) = (
                answers(world, role, publications, subscriptions) for world in worlds)
            said = f"seed {seed}, {role.name}: {role.lists}, tags {role.tags}"
            assert publishes == [role.may_publish(subject) for subject in publications], said
            assert publishes == peer_publishes, said
            for (subject, group), ours, peers in zip(subscriptions, subscribes, peer_subscribes):
                question = f"SUB {subject} {group or ''}: {said}"
                assert ours == role.may_subscribe(subject, group), question
                if ours != peers:
                    rule = "S7" if role.joins else "S1"
                    assert role.joins or {"*", ">"} & set(subject.split(".")), question
                    differences[rule] += 1
            asked += len(publishes) + len(subscribes)
            refused += publishes.count(False) + subscribes.count(False)
    finally:
        for world in worlds:
            world.close()
    print(f"{asked} questions, {refused} refused; intended differences: {differences}")
    assert refused >= 0.4 * asked
    assert all(sum(map(len, (role.lists["deny_pub"], role.lists["deny_sub"]))) >= 3 for role in roles)
