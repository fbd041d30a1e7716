"""Many connections at once, spread over everything that a server does in parallel: what each client may rely on does not
depend on who else there is, or on which of the server's loops serves whom."""

import random
import threading

import pytest

from realm import Account, Export, Import, Issued, Permissions, Realm, User
from test_control_plane import Live

pytestmark = pytest.mark.timeout(170)
REALM = Realm((
    Account(
        "A", users=(User("user"), User("filtered", Permissions(deny_sub=("m.*.secret",)))),
        exports=(Export("feed.>"), Export("ask.*", "service"))),
    Account("B", users=(User("user"),), imports=(Import("A", "feed.>"), Import("A", "ask.*", "service"))),
))


@pytest.fixture
def live(engine, tmp_path):
    world = Live(engine, Issued(REALM), tmp_path)
    yield world
    world.close()


def together(work, items):
    """Runs `work` for every item at once, in threads of their own, and raises what any of them raises."""
    failures = []

    def run(item):
        try:
            work(item)
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def publish_many(client, prefix, count):
    """Publishes numbered messages in a few large writes."""
    lines = [f"PUB m.{prefix} {len(str(number))}\r\n{number}\r\n" for number in range(count)]
    for start in range(0, count, 100):
        client.send("".join(lines[start:start + 100]))
    client.flush()


def test_many_publishers_and_subscribers_lose_double_and_reorder_nothing(live):
    publishers = [live.client("A.user") for _ in range(12)]
    subscribers = [live.client("A.user") for _ in range(24)]
    groups = [live.client("A.user") for _ in range(6)]
    for number, subscriber in enumerate(subscribers):
        subscriber.subscribe("m.>" if number % 2 else f"m.{number // 2 % 12}", "1")
    for member in groups:
        member.subscribe("m.*", "1", queue="workers")
    count = 300
    together(lambda item: publish_many(item[1], item[0], count), enumerate(publishers))
    expected = [str(number) for number in range(count)]
    for number, subscriber in enumerate(subscribers):
        got = {}
        for message in subscriber.messages():
            got.setdefault(message.subject, []).append(message.payload.decode())
        wanted = range(12) if number % 2 else [number // 2 % 12]
        assert got == {f"m.{publisher}": expected for publisher in wanted}
    shared = [(message.subject, int(message.payload)) for member in groups for message in member.messages()]
    assert sorted(shared) == sorted((f"m.{publisher}", number) for publisher in range(12) for number in range(count))


def test_requests_of_many_clients_all_get_their_own_answers(live):
    services = [live.client("A.user") for _ in range(4)]
    for number, service in enumerate(services):
        service.subscribe(f"ask.{number}", queue="services")
    done = threading.Event()

    def serve(service):
        service.deadline = 0.2
        while not done.is_set():
            try:
                request = service.message()
            except Exception:  # noqa: BLE001 - silence, or the end
                continue
            service.send(f"PUB {request.reply} {len(request.payload)}\r\n".encode() + request.payload + b"\r\n")

    def ask(item):
        number, client = item
        client.subscribe(f"inbox.{number}", "1")
        for turn in range(40):
            text = f"{number}.{turn}"
            client.send(f"PUB ask.{turn % 4} inbox.{number} {len(text)}\r\n{text}\r\n")
            assert client.message().payload.decode() == text

    clients = [live.client("A.user" if number % 2 else "B.user") for number in range(10)]
    servers = [threading.Thread(target=serve, args=(service,)) for service in services]
    for server in servers:
        server.start()
    try:
        together(ask, enumerate(clients))
    finally:
        done.set()
        for server in servers:
            server.join()


def test_steady_subscribers_lose_nothing_while_others_come_and_go_and_claims_change(live):
    """Publishing goes on while subscriptions churn, connections come and go, and both accounts' claims are replaced."""
    done = threading.Event()
    count, publishers = 1500, [live.client("A.user") for _ in range(4)]
    steady = [live.client(user) for user in ("A.user", "A.user", "A.filtered", "B.user")]
    for client in steady[:3]:
        client.subscribe("m.>", "1")
    steady[3].subscribe("feed.>", "1")

    def churn(seed):
        generator = random.Random(seed)
        while not done.is_set():
            client = live.client(generator.choice(("A.user", "A.filtered", "B.user")))
            for turn in range(20):
                sid = generator.randrange(8)
                client.send(generator.choice((
                    f"SUB m.* {sid}\r\n", f"SUB m.> q {sid}\r\n", f"UNSUB {sid}\r\n", f"UNSUB {sid} 3\r\n",
                    f"SUB feed.{sid} {sid}\r\n", f"SUB ask.* {sid}\r\n", "PING\r\n")))
                if generator.random() < 0.2:
                    client.flush()
            client.close()

    codes = []

    def change_claims():
        turn = 0
        while not done.is_set():
            turn += 1

            def change(claims, turn=turn):
                claims["nats"]["revocations"] = {live.public("B.user"): 1000 + turn}
                claims["nats"]["description"] = str(turn)

            for account in ("A", "B"):
                codes.append(live.change(change, account))

    def publish(item):
        number, client = item
        for turn in range(count):
            client.send(f"PUB m.{number}.x 4\r\n{turn:04}\r\nPUB m.{number}.secret 4\r\n{turn:04}\r\n"
                        f"PUB feed.{number} 4\r\n{turn:04}\r\n")
            if turn % 50 == 0:
                client.flush()
        client.flush()

    noise = [threading.Thread(target=churn, args=(seed,)) for seed in range(3)]
    noise.append(threading.Thread(target=change_claims))
    for thread in noise:
        thread.start()
    try:
        together(publish, enumerate(publishers))
    finally:
        done.set()
        for thread in noise:
            thread.join()
    assert len(codes) > 2 and set(codes) == {200}
    expected = [f"{turn:04}" for turn in range(count)]
    for client, subjects in zip(steady, (("x", "secret"), ("x", "secret"), ("x",), None)):
        got = {}
        for message in client.messages():
            got.setdefault(message.subject, []).append(message.payload.decode())
        names = [f"feed.{number}" for number in range(4)] if subjects is None else [
            f"m.{number}.{subject}" for number in range(4) for subject in subjects]
        assert sorted(got) == sorted(names)
        assert all(texts == expected for texts in got.values())
    assert live.server.running


def test_nothing_is_delivered_under_permissions_that_an_answered_update_took_away(live):
    """As soon as the update is answered, nobody on any loop gets what the new claims deny."""
    clients = [live.client("A.user") for _ in range(8)]
    publishers = [live.client("A.user") for _ in range(4)]
    for client in clients:
        client.subscribe("m.*", "1")
    for turn in range(10):
        denied = turn % 2 == 0

        def change(claims, denied=denied):
            claims["nats"]["default_permissions"] = {
                "pub": {}, "sub": {"deny": ["m.secret"]} if denied else {}}

        assert live.change(change) == 200
        for publisher in publishers:
            publisher.publish("m.secret", "x")
            publisher.publish("m.open", "x")
        for client in clients:
            subjects = [message.subject for message in client.messages()]
            assert subjects.count("m.open") == 4
            assert subjects.count("m.secret") == (0 if denied else 4)
