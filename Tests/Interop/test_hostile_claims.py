"""Claims that are valid and mean harm: whatever a tenant may have signed, the others are served."""

import pytest

from peers import World, only_issuer
from realm import Account, Export, Import, Issued, Permissions, Realm, User

pytestmark = [
    only_issuer, pytest.mark.parametrize("engine", ["chancery"], indirect=True), pytest.mark.timeout(60)]

# Each of them leads into the two others again, with a longer subject.
MULTIPLYING = (
    ("a.a.a.x.*.*.>", "a.$1.$2.>"), ("a.a.a.y.*.*.>", "$1.a.$2.>"), ("a.a.a.z.*.*.>", "$1.$2.a.>"))


def multiplying(name, source):
    return Account(name, exports=(Export("a.>", "service"),), imports=tuple(
        Import(source, remote, "service", local) for remote, local in MULTIPLYING))


@pytest.fixture
def world_of(engine, maker, tmp_path):
    worlds = []

    def make(*accounts, extra=""):
        worlds.append(World(engine, Issued(Realm((*accounts, Account("VICTIM")))), tmp_path, extra))
        return worlds[-1]

    yield make
    for world in worlds:
        assert world.server.running
        world.close()


def is_served(world):
    """Whether another tenant's messages arrive; every read has its deadline."""
    with world.client("VICTIM.user") as victim:
        victim.subscribe("v")
        victim.publish("v", "still here")
        return victim.payloads() == ["still here"]


@pytest.mark.parametrize("accounts", [
    (multiplying("A", "B"), multiplying("B", "A")), (multiplying("A", "A"),)], ids=["two accounts", "one account"])
def test_imports_that_multiply_cost_the_others_nothing(world_of, accounts):
    world = world_of(*accounts)
    client = world.client("A.user")
    for _ in range(20):
        client.send("PUB a.a.a.q 0\r\n\r\n")
    assert is_served(world)


@pytest.mark.parametrize("most", [2**63 - 1, 9223372034707292161, 2**31])
def test_any_number_of_answers_can_be_granted(world_of, most):
    world = world_of(Account("A", users=(User("user"), User("answers", Permissions(responses=(most, -1e-9))))))
    responder, asker = world.client("A.answers"), world.client("A.user")
    responder.subscribe("s")
    asker.subscribe("back")
    for _ in range(3):
        asker.publish("s", "?", reply="back")
    responder.messages()
    for _ in range(3):
        assert responder.publish("back", "!") is None
    assert asker.payloads() == ["!"] * 3
    assert is_served(world)


def test_long_rules_make_no_subscription_costly(world_of):
    long = ".".join("*" * 850)
    world = world_of(Account("A", users=(User("user", Permissions(sub=(">", long))),)))
    client = world.client("A.user")
    client.send("".join(f"SUB > {number}\r\n" for number in range(5000)))
    assert is_served(world)


def test_many_subscriptions_to_one_subject_end_quickly(world_of):
    world = world_of(Account("A"))
    client = world.client("A.user")
    client.send("".join(f"SUB same {number}\r\n" for number in range(50_000)))
    client.flush()
    client.close()
    assert is_served(world)


def test_requests_that_nobody_answers_leave_room_for_others(world_of):
    world = world_of(Account("A", users=(User("user"), User("answers", Permissions(sub=("s",), responses=(1, 60))))))
    responder, asker = world.client("A.answers"), world.client("A.user")
    responder.subscribe("s")
    for start in range(0, 70_000, 5000):
        asker.send("".join(f"PUB s unanswered.{number} 0\r\n\r\n" for number in range(start, start + 5000)))
        asker.flush()
        responder.messages()
    asker.subscribe("back")
    asker.publish("s", "?", reply="back")
    responder.messages()
    assert responder.publish("back", "!") is None
    assert asker.payloads() == ["!"]


def test_who_does_not_read_its_errors_is_cut(world_of):
    world = world_of(
        Account("A", users=(User("user", Permissions(pub=("none",))),)), extra="max_pending: 1MB")
    client = world.client("A.user")
    with pytest.raises(OSError):
        for _ in range(2000):
            client.send("PUB x 0\r\n\r\n" * 1000)
    assert is_served(world)


def test_a_header_block_that_cannot_be_read_hides_nobody(world_of):
    world = world_of(
        Account("EXPORTER", exports=(Export("s", "service"),)),
        Account("A", imports=(Import("EXPORTER", "s", "service"),)))
    service, client = world.client("EXPORTER.user"), world.client("A.user")
    service.subscribe("s")
    forged = 'nats-request-info: {"acc":"forged"}'
    blocks = [
        "NATS/1.0\r\nbroken\r\n\r\n", f"NATS/1.0\r\n{forged}\r\nNats-Request-Info : x\r\n\r\n", "rubbish",
        "NATS/1.0\r\n" + f"{forged}\r\n" * 2000 + "\r\n", "NATS/1.0\r\n" + "a: b\r\n" * 5000 + "\r\n"]
    for block in blocks:
        client.send(f"HPUB s {len(block)} {len(block) + 2}\r\n{block}ok\r\n")
    client.flush()
    for message in service.messages():
        infos = [value for value in message.values("Nats-Request-Info")]
        assert len(infos) == 1 and world.realm.identity("A") in infos[0]
        assert message.payload == b"ok"
