"""What the command line issues: others can check it, nats-server takes it, and nobody takes it changed."""

import json
import random

import pytest

import issuer
from issuer import BadToken, Credentials, Key
from peers import World, command_line
from realm import Account, Export, Import, Permissions, Realm, User

REALM = Realm((
    Account(
        "A", roles={"worker": Permissions(pub=("jobs.done.{{name()}}",), sub=("jobs.>",))},
        default_permissions=Permissions(deny_pub=("internal.>",)), connections=100,
        users=(
            User("plain"), User("full", Permissions(
                pub=("a", "b.>"), sub=("c.*", "d q"), deny_pub=("b.x",), deny_sub=("c.x",), responses=(3, 5))),
            User("worker", role="worker", tags=("team:red", "shift:night")), User("bearer", bearer=True),
            User("local", sources=("127.0.0.0/8", "10.1.0.0/16"))),
        exports=(Export("news.>"), Export("secret.*", private=True), Export("ask", "service", response="Stream"))),
    Account("B", imports=(
        Import("A", "news.>", local="from.a.>"), Import("A", "secret.x"),
        Import("A", "ask", "service", share=True))),
))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
pytestmark = pytest.mark.parametrize("maker", ["chancery"], indirect=True)


def every_token(realised):
    """All tokens of the realm, activations included, by a name."""
    yield "operator", realised.operator
    for name, token in realised.tokens.items():
        yield name, token
        for taken in issuer.read(token)["nats"].get("imports", []):
            if "token" in taken:
                yield f"{name}'s activation", taken["token"]
    for name, credentials in realised.credentials.items():
        yield name, credentials.token


def test_every_token_is_signed_and_formed_as_the_format_says(realised):
    names = [name for name, token in every_token(realised) if issuer.verify(token)]
    assert len(names) == 1 + 3 + 1 + 7


def test_the_chain_of_trust_is_unbroken(realised):
    operator = issuer.verify(realised.operator)
    trusted = {operator["sub"], *operator["nats"].get("signing_keys", [])}
    assert operator["iss"] == operator["sub"]
    assert operator["nats"]["system_account"] == realised.identity("SYS")
    for account in realised.tokens.values():
        assert issuer.verify(account)["iss"] in trusted
    for name, credentials in realised.credentials.items():
        account = issuer.verify(realised.tokens[name.split(".")[0]])
        keys = [key["key"] if isinstance(key, dict) else key for key in account["nats"].get("signing_keys", [])]
        user = issuer.verify(credentials.token)
        assert user["iss"] == account["sub"] or (
            user["iss"] in keys and user["nats"]["issuer_account"] == account["sub"])
        assert user["sub"] == credentials.key.public


def test_claims_say_what_the_flags_said(realised):
    full = realised.credentials["A.full"].claims["nats"]
    assert full["pub"] == {"allow": ["a", "b.>"], "deny": ["b.x"]}
    assert full["sub"] == {"allow": ["c.*", "d q"], "deny": ["c.x"]}
    assert full["resp"] == {"max": 3, "ttl": 5_000_000_000}
    assert realised.credentials["A.local"].claims["nats"]["src"] == ["127.0.0.0/8", "10.1.0.0/16"]
    worker = realised.credentials["A.worker"].claims["nats"]
    assert worker["tags"] == ["team:red", "shift:night"]
    assert {"pub": {}, "sub": {}} == {side: worker[side] for side in ("pub", "sub")} and "subs" not in worker
    (taken,) = [each for each in issuer.read(realised.tokens["B"])["nats"]["imports"] if "token" in each]
    activation = issuer.verify(taken["token"])
    assert activation["sub"] == realised.identity("B") and activation["nats"]["kind"] == "stream"


def test_every_user_gets_in(world):
    for name in world.realm.credentials:
        assert world.refusal(name) is None, name


def changed(token, generator):
    """The token with one character of its payload or signature replaced by another of its alphabet."""
    header, *parts = token.split(".")
    which = generator.randrange(2)
    part = parts[which]
    # The last character holds bits that count for nothing.
    place = generator.randrange(len(part) - 1)
    new = generator.choice([letter for letter in ALPHABET if letter != part[place]])
    parts[which] = part[:place] + new + part[place + 1:]
    return ".".join((header, *parts))


def test_a_changed_token_is_refused_everywhere(world):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    generator = random.Random(seed)
    credentials = world.credentials("A.full")
    for _ in range(100):
        token = changed(credentials.token, generator)
        with pytest.raises((BadToken, ValueError, KeyError)):
            issuer.verify(token)
        assert world.refusal(Credentials(token, credentials.key)) == ["Authorization Violation"], token


def test_another_users_key_does_not_fit(world):
    full, plain = world.credentials("A.full"), world.credentials("A.plain")
    assert world.refusal(Credentials(full.token, plain.key)) == ["Authorization Violation"]
    assert world.refusal(Credentials(full.token, Key.new("user"))) == ["Authorization Violation"]


def test_an_account_from_another_operator_does_not_count(engine, realised, tmp_path):
    other = command_line(tmp_path / "other")
    other("add", "operator", "--name", "OTHER", "--sys")
    other("add", "account", "A")
    other("add", "user", "user", "--account", "A")
    stranger = Credentials.parse(other("generate", "creds", "--account", "A", "--name", "user"))
    world = World(engine, realised, tmp_path / "server")
    try:
        assert world.refusal(stranger) == ["Authorization Violation"]
    finally:
        world.close()


def test_the_written_configuration_starts_the_server(engine, maker, tmp_path):
    chancery = command_line(tmp_path / "home")
    chancery("add", "operator", "--name", "OP", "--sys")
    chancery("add", "account", "A")
    chancery("add", "user", "user", "--account", "A")
    file = tmp_path / "resolver.conf"
    chancery("generate", "config", "--mem-resolver", "--config-file", file)

    class Written:
        credentials = {"A.user": Credentials.parse(chancery("generate", "creds", "-a", "A", "-n", "user"))}

        @staticmethod
        def configuration(port, *_):
            return f"listen: 127.0.0.1:{port}\n{file.read_text()}"
    world = World(engine, Written, tmp_path / "server")
    try:
        client = world.client("A.user")
        client.subscribe("foo")
        client.publish("foo", "works")
        assert client.payloads() == ["works"]
    finally:
        world.close()


def test_seeds_do_not_leave_by_accident(realised):
    chancery = realised.chancery
    seeds = [credentials.key.seed for credentials in realised.credentials.values()]
    said = "".join(chancery(*words) for words in (
        ("describe", "operator"), ("describe", "account", "A"), ("describe", "user", "full", "-a", "A"),
        ("list", "keys", "--all"), ("list", "users", "-a", "A"), ("env",)))
    assert said and not any(seed in said for seed in seeds)
    for file in chancery.home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not any(seed.encode() in content for seed in seeds), file
    assert json.loads(chancery("describe", "account", "A", "-J"))["name"] == "A"
