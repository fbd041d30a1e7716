"""What crosses between accounts - streams, services, answers, who asked - and that nothing else does."""

import json
import time

import pytest

import issuer
from issuer import Key
from peers import World, only_issuer
from realm import Account, Export, Import, Issued, Permissions, Realm, User

EXPORTER = Account(
    "EXPORTER",
    users=(
        User("user"),
        User("worker", Permissions(sub=("service.>", "streamed"), responses=(2, 60)))),
    exports=(
        Export("events.>"), Export("data.*.*"), Export("private.>", private=True),
        Export("service.>", "service"), Export("ask.*.about.*", "service"),
        Export("secret.*", "service", private=True), Export("streamed", "service", response="Stream"),
        Export("chunked", "service", response="Chunked"), Export("both"), Export("both", "service")))

REALM = Realm((
    EXPORTER,
    Account(
        "IMPORTER",
        users=(
            User("user"),
            User("reader", Permissions(sub=("events.a.>",))),
            User("filtered", Permissions(deny_sub=("events.secret", "renamed.secret"))),
            User("asker", Permissions(pub=("service.a",), sub=("inbox.>",)))),
        imports=(
            Import("EXPORTER", "events.>"),
            Import("EXPORTER", "data.*.*", local="mine.$2.from.$1"),
            Import("EXPORTER", "private.a.>"),
            Import("EXPORTER", "service.>", "service"),
            Import("EXPORTER", "ask.*.about.*", "service", local="q.$2.$1"),
            Import("EXPORTER", "secret.a", "service"),
            Import("EXPORTER", "streamed", "service"),
            Import("EXPORTER", "chunked", "service"),
            Import("EXPORTER", "both"))),
    Account(
        "OTHER",
        users=(User("user"), User("filtered", Permissions(deny_sub=("renamed.secret",)))),
        imports=(
            Import("EXPORTER", "events.>", local="renamed.>"),
            Import("EXPORTER", "events.a.b", local="just.this"),
            Import("EXPORTER", "service.>", "service", local="ask.>", share=True),
            Import("EXPORTER", "both", "service"))),
    Account("STRANGER", users=(User("user"),)),
))


@pytest.fixture
def exporter(world):
    return world.client("EXPORTER.user")


@pytest.fixture
def importer(world):
    return world.client("IMPORTER.user", no_responders=True)


# Isolation

def test_nothing_crosses_without_an_import(world, exporter):
    stranger = world.client("STRANGER.user")
    for client in (stranger, exporter):
        client.subscribe(">")
    exporter.publish("events.a", "exporter's")
    exporter.publish("service.a", "exporter's")
    stranger.publish("events.a", "stranger's")
    stranger.publish("service.a", "stranger's")
    assert exporter.payloads() == ["exporter's"] * 2
    assert stranger.payloads() == ["stranger's"] * 2


def test_only_what_was_exported_crosses(exporter, importer):
    importer.subscribe(">")
    for subject in ("events.a", "events", "other", "events2.a"):
        exporter.publish(subject, subject)
    assert importer.payloads() == ["events.a"]


def test_what_the_importer_publishes_stays_there(world, exporter, importer):
    other = world.client("OTHER.user")
    for client in (exporter, other):
        client.subscribe(">")
    importer.subscribe("events.>")
    importer.publish("events.a", "importer's own")
    assert importer.payloads() == ["importer's own"]
    assert exporter.payloads() == other.payloads() == []


# Streams

@pytest.mark.parametrize("subject", ["events.a.b", "events.>", "events.*.b", "*.a.b", ">", "*.*.*"])
def test_any_subscription_that_overlaps_an_import_gets_the_overlap(exporter, importer, subject):
    importer.subscribe(subject)
    exporter.publish("events.a.b", "inside")
    exporter.publish("outside.a.b", "outside")
    assert [(message.subject, message.payload) for message in importer.messages()] == [("events.a.b", b"inside")]


def test_an_imported_message_keeps_its_reply_and_headers(exporter, importer):
    importer.subscribe("events.>")
    exporter.publish("events.a", "x", reply="r.1", header=[("A", "b")])
    (message,) = importer.messages()
    assert (message.reply, message.header) == ("r.1", b"NATS/1.0\r\nA: b\r\n\r\n")


@pytest.mark.parametrize("subscription, sent, arrives", [
    ("renamed.>", "events.x.y", "renamed.x.y"), ("renamed.x", "events.x", "renamed.x"), (">", "events.x", "renamed.x"),
    ("*.x", "events.x", "renamed.x"), ("events.>", "events.x", None), ("renamed.x", "events.y", None)])
def test_a_stream_can_have_another_name_in_the_importer(world, exporter, subscription, sent, arrives):
    other = world.client("OTHER.user")
    other.subscribe(subscription)
    exporter.publish(sent, "x")
    assert [message.subject for message in other.messages()] == ([arrives] if arrives else [])


def test_one_message_arrives_once_for_each_import_that_has_it(world, exporter):
    other = world.client("OTHER.user")
    other.subscribe("just.this", "1")
    other.subscribe("renamed.a.b", "2")
    exporter.publish("events.a.b", "x")
    assert sorted(message.subject for message in other.messages()) == ["just.this", "renamed.a.b"]


@pytest.mark.parametrize("subscription, arrives", [
    ("mine.*.from.*", True), ("mine.two.from.one", True), ("mine.>", True), ("mine.one.from.two", False),
    ("mine.*.from.one", True), ("*.two.>", True), ("data.>", False)])
def test_a_stream_can_be_renamed_with_its_wildcards_in_another_order(exporter, importer, subscription, arrives):
    importer.subscribe(subscription)
    exporter.publish("data.one.two", "x")
    assert [message.subject for message in importer.messages()] == (["mine.two.from.one"] if arrives else [])


def test_a_private_stream_is_imported_with_an_activation(exporter, importer):
    importer.subscribe("private.>")
    exporter.publish("private.a.b", "granted")
    exporter.publish("private.b", "not granted")
    assert importer.payloads() == ["granted"]


def test_unsubscribing_ends_what_was_imported(exporter, importer):
    importer.subscribe("events.>", "1")
    exporter.publish("events.a", "before")
    importer.send("UNSUB 1\r\n")
    assert importer.payloads() == ["before"]
    exporter.publish("events.a", "after")
    assert importer.payloads() == []


def test_an_unsubscription_with_a_number_counts_imported_messages(world, exporter, importer):
    importer_gets = world.intended("4 messages through an import, after UNSUB with 2: how many arrive")
    importer.send("SUB events.> 1\r\nUNSUB 1 2\r\n")
    importer.flush()
    for number in range(4):
        exporter.publish("events.a", str(number))
    assert len(importer.messages()) == importer_gets


def test_permissions_of_the_importers_user_are_about_the_local_subject(world, exporter):
    reader = world.client("IMPORTER.reader")
    assert reader.subscribe("events.>") == 'Permissions Violation for Subscription to "events.>"'
    assert reader.subscribe("events.a.*") is None
    exporter.publish("events.a.b", "x")
    assert reader.payloads() == ["x"]


@pytest.mark.parametrize("user, subject, arrive", [
    ("IMPORTER.filtered", "events.*", ["events.public"]), ("OTHER.filtered", "renamed.*", ["renamed.public"])])
def test_denies_filter_what_is_imported_by_the_subject_it_arrives_under(world, exporter, user, subject, arrive):
    client = world.client(user)
    client.subscribe(subject)
    for sent in ("events.secret", "events.public"):
        exporter.publish(sent, "x")
    assert [message.subject for message in client.messages()] == arrive


def test_members_of_a_queue_group_share_what_is_imported(world, exporter):
    members = [world.client("IMPORTER.user") for _ in range(2)]
    for member in members:
        member.subscribe("events.>", queue="group")
    for number in range(60):
        exporter.publish("events.a", str(number))
    got = [member.payloads() for member in members]
    assert sorted(got[0] + got[1], key=int) == [str(number) for number in range(60)]
    assert min(map(len, got)) > 5


def test_queue_groups_of_the_same_name_in_different_accounts(world, exporter):
    groups = {
        "exporter": world.client("EXPORTER.user"), "importer": world.client("IMPORTER.user"),
        "other": world.client("OTHER.user")}
    for client, subject in zip(groups.values(), ("events.>", "events.>", "renamed.>")):
        client.subscribe(subject, queue="group")
    for _ in range(60):
        exporter.publish("events.a", "x")
    counts = {name: len(client.messages()) for name, client in groups.items()}
    # Each message goes to one member of one group for all, or to one of each account's own group.
    assert sum(counts.values()) == world.intended(
        "60 messages to queue groups of the same name in three accounts: how many arrive")
    assert min(counts.values()) > 0


# Services

@pytest.mark.parametrize("user, asked, heard", [
    ("IMPORTER.user", "service.a.b", "service.a.b"), ("IMPORTER.user", "q.time.bob", "ask.bob.about.time"),
    ("OTHER.user", "ask.a", "service.a"), ("IMPORTER.user", "secret.a", "secret.a")])
def test_a_request_crosses_and_its_answer_comes_back(world, exporter, user, asked, heard):
    client = world.client(user)
    exporter.subscribe(">")
    client.subscribe("inbox.1")
    client.publish(asked, "?", reply="inbox.1", header=[("A", "b")])
    (request,) = exporter.messages()
    assert (request.subject, request.payload, request.values("A")) == (heard, b"?", ["b"])
    assert request.reply.startswith("_R_.")
    exporter.publish(request.reply, "!", header=[("C", "d")])
    (answer,) = client.messages()
    assert (answer.subject, answer.payload, answer.values("C")) == ("inbox.1", b"!", ["d"])


def test_a_message_without_a_reply_crosses_too(exporter, importer):
    exporter.subscribe("service.>")
    importer.publish("service.a", "no answer wanted")
    (request,) = exporter.messages()
    assert (request.payload, request.reply) == (b"no answer wanted", None)


def test_a_local_subscriber_and_the_service_both_get_the_request(world, exporter, importer):
    local = world.client("IMPORTER.user")
    local.subscribe("service.a")
    exporter.subscribe("service.a")
    importer.publish("service.a", "?")
    assert local.payloads() == exporter.payloads() == ["?"]


def test_what_was_not_granted_stays_out_of_reach(exporter, importer):
    exporter.subscribe(">")
    importer.subscribe("inbox.1")
    importer.publish("secret.b", "?", reply="inbox.1")
    assert exporter.payloads() == []
    assert [message.status for message in importer.messages()] == ["503"]


@pytest.mark.parametrize("user, subject", [("IMPORTER.user", "service.a"), ("OTHER.user", "ask.a")])
def test_a_request_that_nobody_serves_is_answered_with_503_across_accounts(world, user, subject):
    client = world.client(user, no_responders=True)
    client.subscribe("inbox.1")
    client.publish(subject, "?", reply="inbox.1")
    (answer,) = client.messages()
    assert (answer.subject, answer.status, answer.values("Nats-Subject")) == ("inbox.1", "503", [subject])


def asked(exporter, importer, subject):
    """A service's request, sent by the importer."""
    exporter.subscribe(subject)
    importer.subscribe("inbox.1")
    importer.publish(subject, "?", reply="inbox.1")
    (request,) = exporter.messages()
    return request.reply


def test_a_single_answer_is_all_that_crosses(exporter, importer):
    reply = asked(exporter, importer, "service.a")
    for text in ("first", "second"):
        exporter.publish(reply, text)
    assert importer.payloads() == ["first"]


@pytest.mark.parametrize("subject", ["streamed", "chunked"])
def test_many_answers_cross_until_the_empty_one(world, exporter, importer, subject):
    reply = asked(exporter, importer, subject)
    for text in ("1", "2", "3", "", "after the end"):
        exporter.publish(reply, text)
    assert importer.payloads() == ["1", "2", "3", ""]


def test_a_stranger_cannot_answer(world, exporter, importer):
    reply = asked(exporter, importer, "service.a")
    for user in ("STRANGER.user", "IMPORTER.user", "OTHER.user"):
        world.client(user).publish(reply, "forged")
    exporter.publish(reply, "real")
    assert importer.payloads() == ["real"]


def test_requests_of_many_accounts_are_kept_apart(world, exporter):
    first, second = world.client("IMPORTER.user"), world.client("OTHER.user")
    exporter.subscribe("service.a")
    for client, subject in ((first, "service.a"), (second, "ask.a")):
        client.subscribe("inbox.1")
        client.publish(subject, subject, reply="inbox.1")
    for request in exporter.messages():
        exporter.publish(request.reply, b"answer to " + request.payload)
    (one,), (two,) = first.messages(), second.messages()
    assert (one.payload, two.payload) == (b"answer to service.a", b"answer to ask.a")


def test_one_member_of_a_queue_group_serves_each_request(world, exporter, importer):
    members = [world.client("EXPORTER.user") for _ in range(2)]
    for member in members:
        member.subscribe("service.a", queue="workers")
    importer.subscribe("inbox.*")
    for number in range(40):
        importer.publish("service.a", "?", reply=f"inbox.{number}")
    for member in members:
        for request in member.messages():
            member.publish(request.reply, "!")
    assert sorted(int(message.subject.split(".")[1]) for message in importer.messages()) == list(range(40))


def test_an_asker_needs_permission_for_the_local_subject_only(world, exporter):
    asker = world.client("IMPORTER.asker")
    exporter.subscribe("service.>")
    asker.subscribe("inbox.1")
    assert asker.publish("service.b", "?") == 'Permissions Violation for Publish to "service.b"'
    assert asker.publish("service.a", "?", reply="inbox.1") is None
    (request,) = exporter.messages()
    exporter.publish(request.reply, "!")
    assert asker.payloads() == ["!"]


def test_a_responder_may_answer_requests_of_other_accounts_as_often_as_it_is_allowed_to(world, importer):
    worker = world.client("EXPORTER.worker")
    reply = asked(worker, importer, "streamed")
    assert [worker.publish(reply, str(number)) for number in range(3)] == [
        None, None, f'Permissions Violation for Publish to "{reply}"']
    assert importer.payloads() == ["0", "1"]


def test_a_subject_that_is_stream_and_service_delivers_once(world, exporter):
    listener, asker = world.client("IMPORTER.user"), world.client("OTHER.user")
    listener.subscribe("both")
    exporter.subscribe("both")
    asker.publish("both", "a request")
    exporter.publish("both", "an event")
    assert exporter.payloads() == ["a request", "an event"]
    # What came in as a request does not go out again as an event.
    assert listener.payloads() == ["an event"]


def world_of(engine, folder, *accounts):
    return World(engine, Issued(Realm(accounts)), folder)


@only_issuer
def test_two_services_under_one_name_are_both_asked(engine, maker, tmp_path):
    served = (Export("q", "service"),)
    world = world_of(engine, tmp_path, Account("A", exports=served), Account("B", exports=served), Account(
        "C", imports=(Import("A", "q", "service"), Import("B", "q", "service"))))
    try:
        services, client = [world.client("A.user"), world.client("B.user")], world.client("C.user")
        client.subscribe("inbox")
        for service in services:
            service.subscribe("q")
        client.publish("q", "?", reply="inbox")
        for service, text in zip(services, "ab"):
            (request,) = service.messages()
            service.publish(request.reply, text)
        assert client.payloads() == ["a", "b"]
    finally:
        world.close()


@only_issuer
def test_a_service_is_reached_through_an_account_between_and_a_stream_is_not(engine, maker, tmp_path):
    exports = (Export("s"), Export("q", "service"))
    world = world_of(
        engine, tmp_path, Account("A", exports=exports),
        Account("B", exports=exports, imports=(Import("A", "s"), Import("A", "q", "service"))),
        Account("C", imports=(Import("B", "s"), Import("B", "q", "service"))))
    try:
        a, b, c = (world.client(f"{name}.user") for name in "ABC")
        for client in (b, c):
            client.subscribe("s")
        a.publish("s", "x")
        assert (b.payloads(), c.payloads()) == (["x"], [])
        a.subscribe("q")
        c.subscribe("inbox", "2")
        c.publish("q", "?", reply="inbox")
        (request,) = a.messages()
        a.publish(request.reply, "!")
        assert c.payloads() == ["!"]
    finally:
        world.close()


@only_issuer
def test_imports_that_form_a_circle_multiply_nothing(engine, maker, tmp_path):
    exports = (Export("s"), Export("q", "service"))
    world = world_of(
        engine, tmp_path,
        Account("A", exports=exports, imports=(Import("B", "s"), Import("B", "q", "service"))),
        Account("B", exports=exports, imports=(Import("A", "s"), Import("A", "q", "service"))))
    try:
        a, b = (world.client(f"{name}.user", no_responders=True) for name in "AB")
        for client in (a, b):
            client.subscribe("inbox", "1")
            client.publish("q", "nobody serves", reply="inbox")
        assert [[message.status for message in client.messages()] for client in (a, b)] == [["503"], ["503"]]
        for client in (a, b):
            client.subscribe("s", "2")
        a.subscribe("q", "3")
        for client, name in ((a, "a"), (b, "b")):
            client.publish("s", f"stream {name}")
            client.publish("q", f"request {name}", reply="inbox")
        got = a.payloads() + b.payloads()
        # Which of the imports of a circle counts depends on which account a server sees first; none counts twice.
        assert got.count("request a") == 1 and got.count("request b") <= 1
        assert 1 <= got.count("stream a") <= 2 and 1 <= got.count("stream b") <= 2
    finally:
        world.close()


@only_issuer
def test_a_request_among_accounts_that_all_import_each_other_arrives_once(engine, maker, tmp_path):
    names = "ABCDE"
    world = world_of(engine, tmp_path, *(
        Account(name, exports=(Export("q", "service"),), imports=tuple(
            Import(other, "q", "service") for other in names if other != name)) for name in names))
    try:
        clients = [world.client(f"{name}.user") for name in names]
        for client in clients:
            client.subscribe("q")
        clients[0].publish("q", "?")
        assert clients[0].payloads() == ["?"]
        assert all(client.payloads() in ([], ["?"]) for client in clients[1:])
    finally:
        world.close()


@only_issuer
def test_an_account_may_import_its_own_export(engine, maker, tmp_path):
    world = world_of(
        engine, tmp_path, Account("A", exports=(Export("s"),), imports=(Import("A", "s", local="mine.s"),)))
    try:
        client = world.client("A.user")
        client.subscribe(">")
        client.publish("s", "x")
        assert sorted(message.subject for message in client.messages()) == ["mine.s", "s"]
    finally:
        world.close()


@only_issuer
def test_where_exports_overlap(engine, maker, tmp_path):
    realm = Issued(Realm((Account("A", exports=(Export("a.*"), Export("*.b", private=True))), Account("B"))))
    claims = issuer.read(realm.tokens["B"])
    claims["nats"]["imports"] = [
        {"name": "a.b", "subject": "a.b", "account": realm.keys["A"].public, "type": "stream"}]
    realm.tokens["B"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        exporter, importer = world.client("A.user"), world.client("B.user")
        importer.subscribe(">")
        exporter.publish("a.b", "x")
        expected = world.intended(
            "a public and a private export overlap: an import without activation works")
        assert expected in (None, bool(importer.messages()))
    finally:
        world.close()


# Who asks

INFO = "Nats-Request-Info"


def request_info(world, exporter, user, subject, header=None, **options):
    """The fields of the header that tells a service who asks."""
    exporter.subscribe("service.>")
    client = world.client(user, **options)
    client.publish(subject, "?", reply="inbox.1", header=header)
    (request,) = exporter.messages()
    return [json.loads(value) for value in request.values(INFO) if value.startswith("{")]


def test_a_service_learns_which_account_asks(world, exporter):
    (info,) = request_info(world, exporter, "IMPORTER.user", "service.a")
    assert info["acc"] == world.realm.identity("IMPORTER")
    assert set(info) <= {"acc", "rtt"}


def test_a_service_learns_who_asks_where_the_importer_shares_it(world, exporter):
    (info,) = request_info(world, exporter, "OTHER.user", "ask.a", name="me", lang="python", version="9.9")
    user = world.credentials("OTHER.user")
    expected = {
        "acc": world.realm.identity("OTHER"), "user": user.key.public, "name": "me", "lang": "python", "ver": "9.9",
        "host": "127.0.0.1", "kind": "Client", "client_type": "nats", "name_tag": "user",
        "issuer_key": user.claims["iss"]}
    assert {name: info.get(name) for name in expected} == expected
    assert info["id"] > 0 and info["start"].endswith("Z")
    assert ("jwt" in info) == world.intended("the token of who asks, in what a service learns")


@pytest.mark.parametrize("user, subject", [("IMPORTER.user", "service.a"), ("OTHER.user", "ask.a")])
def test_nobody_can_pretend_to_be_another_account(world, exporter, user, subject):
    forged = [(INFO, '{"acc":"forged"}'), (INFO, '{"acc":"twice"}')]
    infos = request_info(world, exporter, user, subject, header=forged)
    assert [info["acc"] for info in infos] == [world.realm.identity(user.split(".")[0])]


def test_the_header_that_tells_who_asks_in_other_letters(world, exporter):
    infos = request_info(
        world, exporter, "IMPORTER.user", "service.a", header=[(INFO.lower(), '{"acc":"forged"}')])
    assert len(infos) == world.intended("headers named as the one that tells who asks, in other letters: what arrives")


# Activations

def with_activation(engine, folder, token):
    """A world whose IMPORTER has this activation for `private.>`, made by a function of the realm."""
    realm = Issued(Realm((
        Account("EXPORTER", exports=(Export("private.>", private=True), Export("public"))),
        Account("IMPORTER", imports=(Import("EXPORTER", "private.>"), Import("EXPORTER", "public"))),
        Account("OTHER"))))
    claims = issuer.read(realm.tokens["IMPORTER"])
    taken = next(each for each in claims["nats"]["imports"] if each["subject"] == "private.>")
    taken.pop("token")
    if given := token(realm):
        taken["token"] = given
    realm.tokens["IMPORTER"] = realm.sign_account(claims)
    return World(engine, realm, folder)


def grant(realm, signer="EXPORTER", importer="IMPORTER", subject="private.>", kind="stream", **claims):
    return realm.activation(realm.key(signer, "account"), realm.keys[importer].public, subject, kind, **claims)


WRONG = {
    "for another account": lambda realm: grant(realm, importer="OTHER"),
    "of another account": lambda realm: grant(realm, signer="OTHER"),
    "of a stranger": lambda realm: grant(realm, signer="stranger"),
    "of a stranger in the exporter's name": lambda realm: grant(realm, signer="stranger", nats={
        "issuer_account": realm.keys["EXPORTER"].public, "subject": "private.>", "kind": "stream",
        "type": "activation"}),
    "for a narrower subject": lambda realm: grant(realm, subject="private.a"),
    "for another subject": lambda realm: grant(realm, subject="other.>"),
    "for a service": lambda realm: grant(realm, kind="service"),
    "that expired": lambda realm: grant(realm, exp=int(time.time()) - 5),
    "that is missing": lambda realm: None,
    "that is none": lambda realm: "no token",
    "that was changed": lambda realm: grant(realm)[:-4] + "AAAA",
}


@only_issuer
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_activation_lets_nothing_private_across(engine, maker, tmp_path, wrong):
    world = with_activation(engine, tmp_path, WRONG[wrong])
    try:
        exporter = world.client("EXPORTER.user")
        # A server may refuse the whole account because of it, or only the import.
        if world.refusal("IMPORTER.user") is None:
            importer = world.client("IMPORTER.user")
            importer.subscribe(">")
            exporter.publish("private.a", "private")
            assert importer.payloads() == []
    finally:
        world.close()


@only_issuer
@pytest.mark.parametrize("wrong", WRONG)
def test_whether_an_account_with_a_wrong_activation_can_be_used(engine, maker, tmp_path, wrong):
    world = with_activation(engine, tmp_path, WRONG[wrong])
    try:
        used = world.refusal("IMPORTER.user") is None
        if used:
            exporter, importer = world.client("EXPORTER.user"), world.client("IMPORTER.user")
            importer.subscribe(">")
            exporter.publish("public", "public")
            assert importer.payloads() == ["public"]
        assert used == (wrong in {
            "of a stranger in the exporter's name", "that expired", "that is missing"})
    finally:
        world.close()


@only_issuer
def test_an_activation_that_expires_ends_the_import(engine, maker, tmp_path):
    world = with_activation(engine, tmp_path, lambda realm: grant(realm, exp=int(time.time()) + 2))
    try:
        exporter, importer = world.client("EXPORTER.user"), world.client("IMPORTER.user")
        importer.subscribe("private.>")
        exporter.publish("private.a", "in time")
        assert importer.payloads() == ["in time"]
        # Nothing but a clock tells that it is over.
        time.sleep(3.2)
        exporter.publish("private.a", "too late")
        assert importer.payloads() == []
    finally:
        world.close()


@only_issuer
@pytest.mark.parametrize("whose, crosses", [("IMPORTER", True), ("OTHER", False)])
def test_an_exporter_can_demand_the_importers_key_in_the_subject(engine, maker, tmp_path, whose, crosses):
    realm = Issued(Realm((Account("EXPORTER"), Account("IMPORTER"), Account("OTHER"))))
    subject = f"for.{realm.keys[whose].public}.news"
    claims = issuer.read(realm.tokens["EXPORTER"])
    claims["nats"]["exports"] = [
        {"name": "news", "subject": "for.*.news", "type": "stream", "account_token_position": 2}]
    realm.tokens["EXPORTER"] = realm.sign_account(claims)
    claims = issuer.read(realm.tokens["IMPORTER"])
    claims["nats"]["imports"] = [
        {"name": "news", "subject": subject, "account": realm.keys["EXPORTER"].public, "type": "stream"}]
    realm.tokens["IMPORTER"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        exporter, importer = world.client("EXPORTER.user"), world.client("IMPORTER.user")
        importer.subscribe(">")
        exporter.publish(subject, "x")
        assert importer.payloads() == (["x"] if crosses else [])
    finally:
        world.close()


@only_issuer
def test_a_signing_key_of_the_exporter_can_grant(engine, maker, tmp_path):
    realm = Issued(Realm((
        Account("EXPORTER", exports=(Export("private.>", private=True),)),
        Account("IMPORTER", imports=(Import("EXPORTER", "private.>"),)))))
    signing = Key.new("account")
    claims = issuer.read(realm.tokens["EXPORTER"])
    claims["nats"]["signing_keys"] = [signing.public]
    realm.tokens["EXPORTER"] = realm.sign_account(claims)
    claims = issuer.read(realm.tokens["IMPORTER"])
    claims["nats"]["imports"][0]["token"] = realm.activation(
        signing, realm.keys["IMPORTER"].public, "private.>", "stream", nats={
            "issuer_account": realm.keys["EXPORTER"].public, "subject": "private.>", "kind": "stream",
            "type": "activation"})
    realm.tokens["IMPORTER"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        exporter, importer = world.client("EXPORTER.user"), world.client("IMPORTER.user")
        importer.subscribe("private.>")
        exporter.publish("private.a", "x")
        assert importer.payloads() == ["x"]
    finally:
        world.close()
