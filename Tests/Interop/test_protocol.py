"""The client protocol, byte by byte."""

import pytest

from peers import only_issuer
from realm import Account, Realm, User
from wire import Closed, Fine, Pong, Problem

pytestmark = only_issuer
REALM = Realm((Account("A", users=(User("user"),)),))
EXTRA = "max_payload: 65536\nmax_control_line: 1024"


@pytest.fixture
def client(world):
    """A client that has signed in."""
    return world.client("A.user")


def test_ping_is_answered_and_a_publication_reaches_literal_and_wildcard_subscriptions(client):
    client.send("SUB foo 1\r\nSUB * 2\r\nPUB foo 5\r\nhello\r\n")
    messages = client.flush()
    assert sorted(message.sid for message in messages) == ["1", "2"]
    assert {(message.subject, message.payload, message.reply) for message in messages} == {("foo", b"hello", None)}


@pytest.mark.parametrize("line", ["sub foo 1", "SuB\tfoo\t1", "SUB  foo   1", "SUB foo 1 "])
def test_verbs_are_read_in_any_case_and_with_any_blanks(client, line):
    client.send(f"{line}\r\n")
    client.publish("foo", "x")
    assert client.payloads() == ["x"]


def test_a_line_may_end_with_a_bare_line_feed(client):
    client.send("SUB foo 1\nPUB foo 1\nx\r\nPING\n")
    assert client.message().payload == b"x"


@pytest.mark.parametrize("split", range(1, 24))
def test_a_command_may_arrive_in_any_pieces(client, split):
    data = b"SUB a 1\r\nPUB a b 3\r\nxyz\r\n"
    for piece in (data[:split], data[split:]):
        client.send(piece)
    assert [(message.reply, message.payload) for message in client.flush()] == [("b", b"xyz")]


@pytest.mark.parametrize("data", [
    "ZZZ\r\n", "PUBS foo 1\r\nx\r\n", "SUBZZZ foo 1\r\n", "PIN\r\n", "RS+ A foo\r\n", "RMSG A foo 1\r\nx\r\n",
    "LS+ foo\r\n", "\x00\x01\x02\r\n", "PUB foo 3\r\nabcdef\r\n", "PUB foo 3\r\nab\r\n\r\n", "\r\n"])
def test_what_is_no_command_ends_the_connection(client, data):
    client.send(data)
    assert client.ending() == ["Unknown Protocol Operation"]


@pytest.mark.parametrize("data", [
    "PUB foo\r\n", "PUB foo a b 1\r\nx\r\n", "PUB foo -1\r\n", "PUB foo 1x\r\nx\r\n", "PUB foo 1234567890\r\n",
    "SUB foo\r\n", "SUB foo a b c\r\n", "UNSUB\r\n", "UNSUB 1 2 3\r\n",
    "HPUB foo 5\r\n", "HPUB foo 10 5\r\n12345\r\n", "HPUB foo a b 1 2\r\n", "CONNECT {\r\n", "CONNECT []\r\n"])
def test_malformed_arguments_end_the_connection(client, data):
    client.send(data)
    client.ending()


def test_an_unsubscription_with_a_number_delivers_exactly_that_many(client):
    client.send("SUB foo 1\r\nUNSUB 1 2\r\n")
    for number in range(4):
        client.publish("foo", str(number))
    assert client.payloads() == ["0", "1"]


def test_an_unsubscription_whose_number_has_been_delivered_already_takes_effect_at_once(client):
    client.subscribe("foo")
    for number in range(3):
        client.publish("foo", str(number))
    client.send("UNSUB 1 2\r\n")
    client.publish("foo", "late")
    assert client.payloads() == ["0", "1", "2"]


def test_an_unsubscription_of_an_unknown_sid_is_ignored(client):
    client.send("UNSUB 7\r\nUNSUB 8 3\r\n")
    assert client.payloads() == []
    assert client.errors == []


def test_subscribing_again_with_a_sid_keeps_the_first_subscription(client):
    client.send("SUB foo 1\r\nSUB foo 1\r\nSUB bar 1\r\n")
    client.publish("foo", "foo")
    client.publish("bar", "bar")
    assert client.payloads() == ["foo"]


def test_each_message_reaches_one_member_of_every_queue_group(world):
    first, second, sender = (world.client("A.user") for _ in range(3))
    for member in (first, second):
        member.subscribe("jobs", "1", queue="workers")
        member.subscribe("jobs.*", "2", queue="others")
    for number in range(100):
        sender.send(f"PUB jobs 2\r\n{number:02}\r\n")
    sender.flush()
    counts = [client.payloads() for client in (first, second)]
    assert sorted(counts[0] + counts[1]) == [f"{number:02}" for number in range(100)]
    # A fair coin gives fewer than 20 of 100 once in a billion runs.
    assert min(map(len, counts)) >= 20


@pytest.mark.parametrize("data", ["PUB " + "a" * 1100 + " 1\r\nx\r\n", "SUB " + "a" * 1100])
def test_a_control_line_beyond_the_limit_ends_the_connection_finished_or_not(client, data):
    client.send(data)
    assert client.ending() == ["maximum control line exceeded"]


def test_a_payload_of_the_limit_passes_and_one_more_byte_ends_the_connection(client):
    assert client.info["max_payload"] == 65536
    client.subscribe("foo")
    client.publish("foo", b"x" * 65536)
    assert [len(payload) for payload in client.payloads()] == [65536]
    client.send("PUB foo 65537\r\n")
    assert client.ending() == ["Maximum Payload Violation"]


def test_headers_count_as_payload(client):
    client.send("HPUB foo 12 65537\r\n")
    assert client.ending() == ["Maximum Payload Violation"]


@pytest.mark.parametrize("size", ["99999999999999999999", "999999999", "18446744073709551617", "0x10", "1e3"])
def test_absurd_sizes_end_the_connection(client, size):
    client.send(f"PUB foo {size}\r\n")
    client.ending()


@pytest.mark.parametrize("subject", ["foo..bar", ".foo", "foo.", "foo.>.bar", ">.foo", "."])
def test_a_malformed_subject_is_refused_in_a_subscription(client, subject):
    assert client.subscribe(subject) == "Invalid Subject"


@pytest.mark.parametrize("subject", ["foo.*", "foo.>", ">", "foo..bar", ".foo", "foo."])
def test_pedantic_publications_to_no_literal_subject_are_reported(world, subject):
    client = world.client("A.user", pedantic=True)
    assert client.publish(subject, "x") == "Invalid Publish Subject"


@pytest.mark.parametrize("subject", ["foo.*", "foo.>", "foo..bar", ".foo", "foo."])
def test_other_publications_to_no_literal_subject_are_not_reported(client, subject):
    assert client.publish(subject, "x") is None


def test_a_verbose_connection_gets_ok_for_everything_but_ping(world):
    client = world.open()
    client.connect(world.credentials("A.user"), verbose=True)
    assert client.frame() == Fine()
    for data in ("SUB foo 1\r\n", "UNSUB 1\r\n", "PUB foo 1\r\nx\r\n"):
        client.send(data)
        assert client.frame() == Fine()
    client.send("PING\r\n")
    assert client.frame() == Pong()


def test_a_verbose_connection_gets_ok_before_the_message(world):
    client = world.open()
    client.connect(world.credentials("A.user"), verbose=True)
    client.send("SUB foo 1\r\nPUB foo 1\r\nx\r\nPING\r\n")
    frames = [client.frame() for _ in range(5)]
    assert frames[:3] == [Fine()] * 3 and frames[4] == Pong()


def test_no_responders_without_headers_is_refused(world):
    client = world.open()
    client.connect(world.credentials("A.user"), headers=False, no_responders=True)
    assert client.ending() == ["no responders requires headers support"]


def test_a_request_nobody_hears_is_answered_with_503(world):
    client = world.client("A.user", no_responders=True)
    client.subscribe("inbox.1")
    client.publish("nobody.there", "x", reply="inbox.1")
    (answer,) = client.messages()
    assert (answer.subject, answer.payload, answer.status) == ("inbox.1", b"", "503")
    assert answer.header == b"NATS/1.0 503\r\nNats-Subject: nobody.there\r\n\r\n"


def test_a_request_somebody_hears_is_not_answered_with_503(world):
    client, other = world.client("A.user", no_responders=True), world.client("A.user")
    other.subscribe("service")
    client.subscribe("inbox.1")
    client.publish("service", "x", reply="inbox.1")
    assert client.messages() == []


def test_there_is_no_503_for_those_who_did_not_ask_for_it(client):
    client.subscribe("inbox.1")
    client.publish("nobody.there", "x", reply="inbox.1")
    assert client.messages() == []


def test_headers_arrive_whole_or_are_stripped_for_those_who_cannot_read_them(world):
    modern, old, sender = world.client("A.user"), world.client("A.user", headers=False), world.client("A.user")
    modern.subscribe("foo")
    old.subscribe("foo")
    sender.publish("foo", "body", reply="r", header=[("Name", "a"), ("name", "b"), ("Name", "c")])
    (whole,) = modern.messages()
    assert whole.header == b"NATS/1.0\r\nName: a\r\nname: b\r\nName: c\r\n\r\n"
    assert (whole.payload, whole.reply) == (b"body", "r")
    (stripped,) = old.messages()
    assert (stripped.header, stripped.payload, stripped.reply) == (None, b"body", "r")


def test_headers_from_a_connection_that_has_none_end_it(world):
    client = world.client("A.user", headers=False)
    client.send("HPUB foo 12 12\r\nNATS/1.0\r\n\r\n\r\n")
    client.ending()


def test_no_echo_keeps_messages_from_their_own_connection(world):
    quiet, other = world.client("A.user", echo=False), world.client("A.user")
    quiet.subscribe("foo", "1")
    quiet.subscribe("foo", "2", queue="group")
    other.subscribe("foo")
    quiet.publish("foo", "mine")
    other.publish("foo", "theirs")
    assert quiet.payloads() == ["theirs", "theirs"]
    assert other.payloads() == ["mine", "theirs"]


def test_wildcard_characters_inside_a_token_are_literal(client):
    subject = "foo.bar,*,>,baz"
    assert client.subscribe(subject) is None
    client.publish(subject, "same")
    client.publish("foo.bar,x,y,baz", "other")
    assert client.payloads() == ["same"]


def test_a_subject_matches_neither_its_prefix_nor_its_parent(client):
    client.subscribe("foo", "1")
    client.subscribe("foo.>", "2")
    client.publish("foo.bar", "longer")
    client.publish("foo", "parent")
    assert sorted((message.sid, message.payload) for message in client.messages()) == [
        ("1", b"parent"), ("2", b"longer")]


def test_the_reserved_gateway_prefix_is_refused_as_a_subject(client):
    assert client.publish("_GR_.x.y.z") == 'Permissions Violation for Publish to "_GR_.x.y.z"'


@pytest.mark.parametrize("reply", ["_GR_.x.y.z", "_R_.x.y", "$JS.ACK.a.b"])
def test_reserved_replies_are_refused(client, reply):
    client.subscribe("foo")
    assert client.publish("foo", "x", reply=reply) == f'Permissions Violation for Publish with Reply of "{reply}"'
    assert client.payloads() == []


def test_the_internal_raft_prefix_is_refused(client):
    assert client.publish("$NRG.x") == 'Permissions Violation for Publish to "$NRG.x"'


def test_the_internal_queue_group_is_refused(client):
    assert client.subscribe("foo", queue="_sys_") == (
        'Permissions Violation for Subscription to "foo" using queue "_sys_"')


def test_info_says_what_a_client_needs(world):
    info = world.open().info
    assert info["server_id"].startswith("N") and len(info["server_id"]) == 56
    assert info["auth_required"] is True and info["headers"] is True and info["proto"] == 1
    assert info["host"] == "127.0.0.1" and info["port"] == world.server.address[1]
    assert info["client_ip"] == "127.0.0.1" and info["max_payload"] == 65536
    assert len(info["nonce"]) == 15 and world.open().info["nonce"] != info["nonce"]


def test_a_second_info_names_the_account(world, client):
    client.flush()
    assert client.info.get("connect_info") is True
    assert client.info.get("remote_account") == world.realm.identity("A")


@pytest.mark.parametrize("version", [-1, 2, 7])
def test_an_unknown_protocol_version_is_refused(world, version):
    client = world.open()
    client.connect(world.credentials("A.user"), protocol=version)
    assert client.ending() == ["invalid client protocol"]


def test_what_a_server_would_send_is_tolerated_from_a_client(client):
    client.send("+OK\r\nINFO {}\r\nPONG\r\n")
    assert client.flush() == []
    assert client.errors == []


def test_quotes_in_subjects_are_escaped_in_errors(world):
    client = world.client("A.user")
    assert client.publish('$NRG."q"\\') == 'Permissions Violation for Publish to "$NRG.\\"q\\"\\\\"'


def test_a_closed_connection_does_not_disturb_others(world, client):
    other = world.client("A.user")
    other.subscribe("foo")
    client.send("ZZZ\r\n")
    with pytest.raises(Closed):
        while not isinstance(client.frame(), Problem):
            pass
        client.frame()
    world.client("A.user").publish("foo", "still here")
    assert other.payloads() == ["still here"]
