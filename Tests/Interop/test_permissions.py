"""What may be published, subscribed to, delivered and answered."""

import time

import pytest

from realm import Account, Permissions, Realm, User

# Who may subscribe to what, and in which queue group: the permissions, the attempt, and whether it is allowed.
# A text instead of the last is the scenario's name in the table of intended differences.
SUBSCRIPTIONS = [
    # One token is one token.
    (dict(sub=("foo",)), "foo", None, True),
    (dict(sub=("foo",)), "foo.bar", None, False),
    (dict(sub=("foo",)), "bar", None, False),
    (dict(sub=("foo",)), "*", None, False),
    (dict(sub=("foo",)), ">", None, False),
    (dict(sub=("foo.*",)), "foo.bar", None, True),
    (dict(sub=("foo.*",)), "foo.*", None, True),
    (dict(sub=("foo.*",)), "foo", None, False),
    (dict(sub=("foo.*",)), "foo.bar.baz", None, False),
    (dict(sub=("foo.*",)), "foo.*.*", None, False),
    (dict(sub=("foo.>",)), "foo.bar.baz", None, True),
    (dict(sub=("foo.>",)), "foo.>", None, True),
    (dict(sub=("foo.>",)), "foo.*.>", None, True),
    (dict(sub=("foo.>",)), "foo", None, False),
    (dict(sub=("foo.>",)), "*.bar", None, False),
    (dict(sub=("foo.>",)), ">", None, False),
    (dict(sub=("*",)), "*", None, True),
    (dict(sub=("*.bar",)), "*.bar", None, True),
    (dict(sub=("*.bar",)), "foo.*", None, False),
    (dict(sub=(">",)), ">", None, True),
    # The union of the entries has to contain the subscription.
    (dict(sub=("foo.*",)), "foo.>", None, "SUB foo.> with allow foo.*"),
    (dict(sub=("*",)), ">", None, "SUB > with allow *"),
    (dict(sub=("*.*",)), "foo.>", None, "SUB foo.> with allow *.*"),
    (dict(sub=("a.*", "a.*.>")), "a.>", None, True),
    # Denies.
    (dict(deny_sub=("foo",)), "foo", None, False),
    (dict(deny_sub=("foo",)), "bar", None, True),
    (dict(deny_sub=("foo",)), "*", None, True),
    (dict(deny_sub=("foo.*",)), "foo.bar", None, False),
    (dict(deny_sub=("foo.*",)), "foo.*", None, False),
    (dict(deny_sub=("foo.>",)), "foo.*", None, False),
    (dict(deny_sub=("foo.>",)), "foo.>", None, False),
    (dict(deny_sub=("foo.*",)), "foo.bar.baz", None, True),
    (dict(deny_sub=("foo.*",)), "foo.>", None, "SUB foo.> with deny foo.*"),
    (dict(deny_sub=("*",)), ">", None, "SUB > with deny *"),
    (dict(deny_sub=(">",)), "anything", None, False),
    (dict(sub=("foo.>",), deny_sub=("foo.bar",)), "foo.>", None, True),
    (dict(sub=("foo.>",), deny_sub=("foo.bar",)), "foo.bar", None, False),
    (dict(sub=("foo",), deny_sub=("foo",)), "foo", None, False),
    # Queue groups: a plain entry allows any group, an entry with a group allows that group and nothing else.
    (dict(sub=("foo",)), "foo", "v1", True),
    (dict(sub=("foo v1",)), "foo", "v1", True),
    (dict(sub=("foo v1",)), "foo", "v2", False),
    (dict(sub=("foo v1",)), "foo", None, False),
    (dict(sub=("foo v1",)), "bar", "v1", False),
    (dict(sub=("foo", "foo v1")), "foo", None, True),
    (dict(sub=("foo", "foo v1")), "foo", "v1", True),
    (dict(sub=("foo", "foo v1")), "foo", "v2", False),
    (dict(sub=("foo v1.*",)), "foo", "v1.prod", True),
    (dict(sub=("foo v1.*",)), "foo", "v1", False),
    (dict(sub=("foo v1.>", "foo v2.*")), "foo", "v2.x", True),
    (dict(sub=("foo.> *.dev",)), "foo.bar", "v1.dev", True),
    (dict(sub=("foo.> *.dev",)), "foo.bar", "v1.prod", False),
    (dict(sub=("foo.> *.dev",)), "foo.>", "v1.dev", True),
    (dict(sub=("foo.> *.dev",)), "foo.bar", None, False),
    (dict(sub=(">",), deny_sub=("foo v1",)), "foo", None, True),
    (dict(sub=(">",), deny_sub=("foo v1",)), "foo", "v1", False),
    (dict(sub=(">",), deny_sub=("foo v1",)), "foo", "v2", True),
    (dict(deny_sub=("foo v1",)), "foo", "v1", False),
    (dict(deny_sub=("foo v1",)), "foo", None, True),
    (dict(deny_sub=("foo",)), "foo", "v1", False),
    (dict(sub=("foo v1",), deny_sub=("foo",)), "foo", "v1", False),
    (dict(deny_sub=("foo *.prod",)), "foo", "v1.prod", False),
    (dict(deny_sub=("foo *.prod",)), "foo", "v1.dev", True),
    (dict(deny_sub=("foo >",)), "foo", None, True),
    (dict(deny_sub=("foo >",)), "foo", "v1", False),
]

# What reaches a subscription: the permissions, the subscription, and the subjects that arrive, of those that are sent.
DELIVERIES = [
    (dict(deny_sub=("foo.secret",)), "foo.*", None, ["foo.a", "foo.secret", "foo.b"], ["foo.a", "foo.b"]),
    (dict(deny_sub=("foo.secret",)), "foo.*", "q", ["foo.a", "foo.secret", "foo.b"], ["foo.a", "foo.b"]),
    (dict(deny_sub=("foo.secret",)), ">", None, ["foo.a", "foo.secret", "bar"], ["foo.a", "bar"]),
    # Patterns that overlap although neither contains the other.
    (dict(deny_sub=("*.secret",)), "foo.*", None, ["foo.a", "foo.secret"], ["foo.a"]),
    (dict(deny_sub=("*.secret",)), "foo.*", "q", ["foo.a", "foo.secret"], ["foo.a"]),
    (dict(deny_sub=("foo.*.x",)), "foo.bar.*", "q", ["foo.bar.x", "foo.bar.y"], ["foo.bar.y"]),
    (dict(deny_sub=("*.bar.>",)), "foo.>", "q", ["foo.bar.x", "foo.x.bar", "foo.bar"], ["foo.x.bar", "foo.bar"]),
    (dict(deny_sub=("foo.*.>",)), "foo.>", None, ["foo.a", "foo.a.b", "foo.a.b.c"], ["foo.a"]),
    (dict(sub=("foo.>",), deny_sub=("foo.*.x",)), "foo.>", None, ["foo.a", "foo.a.x", "foo.a.y"], ["foo.a", "foo.a.y"]),
    # A deny for one group is for that group only.
    (dict(deny_sub=("foo.secret q",)), "foo.*", None, ["foo.secret"], ["foo.secret"]),
    (dict(deny_sub=("foo.secret q",)), "foo.*", "p", ["foo.secret"], ["foo.secret"]),
    (dict(deny_sub=("foo.secret q",)), "foo.*", "q", ["foo.a", "foo.secret"], ["foo.a"]),
    (dict(deny_sub=("foo.secret *.prod",)), "foo.*", "x.prod", ["foo.a", "foo.secret"], ["foo.a"]),
]

PUBLICATIONS = [
    (dict(pub=("foo",)), "foo", True),
    (dict(pub=("foo",)), "bar", False),
    (dict(pub=("foo.*",)), "foo.bar", True),
    (dict(pub=("foo.*",)), "foo.bar.baz", False),
    (dict(pub=("foo.*",)), "foo", False),
    (dict(pub=("foo.>",)), "foo.bar.baz", True),
    (dict(pub=("foo.>",)), "foo", False),
    (dict(pub=("*.bar",)), "foo.bar", True),
    (dict(pub=(">",), deny_pub=("foo",)), "foo", False),
    (dict(pub=(">",), deny_pub=("foo",)), "foo.bar", True),
    (dict(pub=("foo.>",), deny_pub=("foo.*.x",)), "foo.a.x", False),
    (dict(pub=("foo.>",), deny_pub=("foo.*.x",)), "foo.a.y", True),
    (dict(deny_pub=("foo",)), "foo", False),
    (dict(deny_pub=("foo",)), "bar", True),
    (dict(deny_pub=(">",)), "foo", False),
    (dict(pub=("foo",), deny_pub=("foo",)), "foo", False),
    (dict(sub=("foo",)), "bar", True),
]

TABLES = [case[0] for table in (SUBSCRIPTIONS, DELIVERIES, PUBLICATIONS) for case in table]
KINDS = sorted({repr(kind): kind for kind in TABLES}.items())
NAMES = {text: f"user{number}" for number, (text, _) in enumerate(KINDS)}
TEMPLATE = Permissions(
    pub=("own.{{name()}}", "key.{{ Subject() }}", "home.{{account-name()}}.{{tag(team)}}"),
    sub=("kv_{{tag(team)}}.>", "_INBOX.{{subject()}}.>"), deny_pub=("own.mallory",))

REALM = Realm((Account(
    "A",
    users=(
        User("anybody"),
        User("responder", Permissions(pub=("other",), sub=("service",), responses=(1, 60))),
        User("generous", Permissions(sub=("service",), responses=(3, 60))),
        User("endless", Permissions(sub=("service",), responses=(-1, 60))),
        User("hasty", Permissions(sub=("service",), responses=(1, 0.2))),
        User("denied", Permissions(sub=("service",), deny_pub=("answers.>",), responses=(1, 60))),
        User("alice", role="member", tags=("team:red", "team:blue")),
        User("mallory", role="member", tags=("team:red",)),
        User("bob", role="member"),
        User("dotted", role="member", tags=("team:a.b",)),
        User("starred", role="member", tags=("team:*",)),
        User("banned", role="banning", tags=("team:red",)),
        User("untagged", role="banning"),
        User("lonely", role="lonely"),
        User("queued", role="queued", tags=("team:red",)),
        User("wrong", role="wrong"),
        *(User(NAMES[text], Permissions(**kind)) for text, kind in KINDS)),
    roles={
        "member": TEMPLATE,
        "banning": Permissions(deny_pub=("ban.{{tag(team)}}",)),
        "lonely": Permissions(pub=("only.{{tag(team)}}",), sub=("only.{{tag(team)}}",)),
        "queued": Permissions(sub=("plain", "foo.{{tag(team)}} {{tag(team)}}")),
        "wrong": Permissions(pub=("x.{{nonsense()}}",)),
    }),
    Account(
        "D", default_permissions=Permissions(pub=("foo",), sub=("bar",)),
        users=(User("default"), User("own", Permissions(pub=("own",))))),
))


def name(kind):
    return f"A.{NAMES[repr(kind)]}"


def identifier(case):
    return ", ".join(
        f"{key}={'|'.join(part)}" if isinstance(case, dict) else str(part)
        for key, part in (case.items() if isinstance(case, dict) else [(0, case)]))


# The long tables run once on each server, with credentials of the one maker and of the other.
crossed = pytest.mark.parametrize(
    "engine, maker", [("nats-server", "chancery"), ("chancery", "issuer")], indirect=True)


@crossed
@pytest.mark.parametrize("kind, subject, queue, allowed", SUBSCRIPTIONS, ids=identifier)
def test_subscriptions(world, kind, subject, queue, allowed):
    if isinstance(allowed, str):
        allowed = world.intended(allowed)
    group = f' using queue "{queue}"' if queue else ""
    assert world.client(name(kind)).subscribe(subject, queue=queue) == (
        None if allowed else f'Permissions Violation for Subscription to "{subject}"{group}')


@crossed
@pytest.mark.parametrize("kind, subject, queue, sent, arrive", DELIVERIES, ids=identifier)
def test_deliveries(world, kind, subject, queue, sent, arrive):
    receiver, sender = world.client(name(kind)), world.client("A.anybody")
    assert receiver.subscribe(subject, queue=queue) is None
    for each in sent:
        sender.publish(each, "x")
    assert [message.subject for message in receiver.messages()] == arrive


@crossed
@pytest.mark.parametrize("kind, subject, allowed", PUBLICATIONS, ids=identifier)
def test_publications(world, kind, subject, allowed):
    receiver, sender = world.client("A.anybody"), world.client(name(kind))
    receiver.subscribe(">")
    assert sender.publish(subject, "x") == (None if allowed else f'Permissions Violation for Publish to "{subject}"')
    assert receiver.payloads() == (["x"] if allowed else [])


def test_a_message_denied_to_one_member_of_a_group_goes_to_another(world):
    denied, other, sender = world.client(name(DELIVERIES[1][0])), world.client("A.anybody"), world.client("A.anybody")
    denied.subscribe("foo.*", queue="q")
    other.subscribe("foo.*", queue="q")
    for _ in range(20):
        sender.publish("foo.secret", "x")
    assert len(other.messages()) == 20
    assert denied.messages() == []


# Responses

def ask(world, responder, requests=1, reply="answers.1"):
    """A responder that has got requests, and the one who asked."""
    service, client = world.client(f"A.{responder}"), world.client("A.anybody")
    service.subscribe("service")
    client.subscribe("answers.>")
    for _ in range(requests):
        client.publish("service", "?", reply=reply)
    assert len(service.messages()) == requests
    return service, client


DENIED = 'Permissions Violation for Publish to "answers.1"'


@pytest.mark.parametrize("responder, most", [("responder", 1), ("generous", 3)])
def test_a_responder_may_answer_as_often_as_it_is_allowed_to(world, responder, most):
    service, client = ask(world, responder)
    assert [service.publish("answers.1", "!") for _ in range(most + 1)] == [None] * most + [DENIED]
    assert len(client.messages()) == most


def test_a_responder_without_a_limit_may_answer_for_ever(world):
    service, client = ask(world, "endless")
    assert [service.publish("answers.1", "!") for _ in range(50)] == [None] * 50
    assert len(client.messages()) == 50


def test_a_responder_may_answer_nowhere_else(world):
    service, _ = ask(world, "responder")
    assert service.publish("answers.2", "!") == 'Permissions Violation for Publish to "answers.2"'
    assert service.publish("other", "!") is None
    assert service.publish("answers.1", "!") is None


def test_being_allowed_to_respond_allows_no_other_publication(world):
    service, _ = ask(world, "generous")
    assert service.publish("anything", "!") == 'Permissions Violation for Publish to "anything"'


def test_a_response_is_allowed_even_where_publishing_is_denied(world):
    service, client = ask(world, "denied")
    assert service.publish("answers.1", "!") is None
    assert client.payloads() == ["!"]
    assert service.publish("answers.1", "!") == DENIED


def test_the_time_for_a_response_runs_out(world):
    service, client = ask(world, "hasty")
    # Nothing but a clock tells that its two hundred milliseconds are over.
    time.sleep(0.4)
    assert service.publish("answers.1", "!") == DENIED
    assert client.payloads() == []


def test_two_requests_with_the_same_reply_allow(world):
    service, client = ask(world, "responder", requests=2)
    answers = [service.publish("answers.1", "!") for _ in range(3)]
    assert answers.count(None) == world.intended("answers to two requests with the same reply subject, one each")


# Default permissions

def test_default_permissions_are_for_users_without_permissions(world):
    client = world.client("D.default")
    assert client.publish("foo") is None
    assert client.publish("own") == 'Permissions Violation for Publish to "own"'
    assert client.subscribe("foo") == 'Permissions Violation for Subscription to "foo"'


def test_default_permissions_are_not_for_users_with_permissions(world):
    client = world.client("D.own")
    assert client.publish("own") is None
    assert client.publish("foo") == 'Permissions Violation for Publish to "foo"'
    assert client.subscribe("foo") is None


# Templates

def publishable(world, user, *subjects):
    client = world.client(f"A.{user}")
    return [subject for subject in subjects if client.publish(subject) is None]


def test_templates_are_filled_with_what_the_user_is(world):
    key = world.credentials("A.alice").key.public
    allowed = ("own.alice", f"key.{key}", "home.A.red", "home.A.blue")
    assert publishable(world, "alice", *allowed, "own.bob", "key.X", "home.B.red", "home.A.green") == [*allowed]
    client = world.client("A.alice")
    subjects = ("kv_red.x", "kv_blue.>", f"_INBOX.{key}.*", "kv_green.x", "_INBOX.x.*", "kv_*.x")
    refused = [subject for number, subject in enumerate(subjects) if client.subscribe(subject, str(number))]
    assert refused == ["kv_green.x", "_INBOX.x.*", "kv_*.x"]


def test_a_template_can_be_denied(world):
    assert publishable(world, "mallory", "own.mallory", "home.A.red") == ["home.A.red"]


def test_a_missing_tag_drops_the_entry_from_what_is_allowed(world):
    assert publishable(world, "bob", "own.bob", "home.A.red", "home.A.", "home.A") == ["own.bob"]


def test_a_missing_tag_in_what_is_denied_keeps_the_user_out(world):
    assert publishable(world, "banned", "ban.red", "ban.blue") == ["ban.blue"]
    assert world.refusal("A.untagged") == ["Authorization Violation"]


def test_a_list_of_which_nothing_is_left_allows_nothing(world):
    assert publishable(world, "lonely", "only.x", "foo") == []
    assert world.client("A.lonely").subscribe("foo") is not None


def test_an_unknown_function_keeps_the_user_out(world):
    assert world.refusal("A.wrong") == ["Authorization Violation"]


@pytest.mark.parametrize("user, character, subject", [
    ("dotted", "dot", "home.A.a.b"), ("starred", "star", "home.A.any")])
def test_a_value_that_is_more_than_one_literal_token(world, user, character, subject):
    assert publishable(world, user, subject) == (
        [subject] if world.intended(f"a template's value with a {character}") else [])


def test_a_template_in_an_entry_with_a_queue_group(world):
    client = world.client("A.queued")
    assert client.subscribe("plain", "1") is None
    assert (client.subscribe("foo.red", "2", queue="red") is None) == world.intended(
        "a template in an entry with a queue group")
    assert client.subscribe("foo.red", "3", queue="blue") is not None
