"""Chancery's settings of an account: what an account JWT has no field for, signed by an operator and sent like one."""

import json
import time

import pytest

import issuer
from issuer import Key
from peers import World
from realm import Account, Issued, Permissions, Realm, User

UPDATE = "$SYS.REQ.CHANCERY.SETTINGS.UPDATE"
FORCED = [("Chancery-Force", "true")]
REFUSED = 'Permissions Violation for Publish with Reply of "others"'
REALM = Realm((
    Account(
        "A", roles={"worker": Permissions(pub=("ask",), sub=("_INBOX.worker.>",))},
        users=(User("worker", role="worker"), User("user"))),
))


class Live(World):
    def __init__(self, realm, folder, resolver="MEMORY"):
        super().__init__("chancery", realm, folder, resolver=resolver)
        self.system = self.client("SYS.sys")
        self.system.subscribe("answers")

    @property
    def role(self):
        """The role's scoped signing key."""
        return issuer.read(self.realm.credentials["A.worker"].token)["iss"]

    def settings(self, replies="own", iat=None, key="operator", subject=None, **nats):
        nats = {"type": "chancery-settings", "roles": {self.role: {"replies": replies}}} | nats
        claims = {
            "sub": subject or self.realm.identity("A"), "name": "settings", "iat": iat or int(time.time()), "nats": nats}
        return issuer.encode(claims, key if isinstance(key, Key) else self.realm.key(key))

    def push(self, token, header=None):
        """The code and the words of the answer."""
        assert self.system.publish(UPDATE, token, reply="answers", header=header) is None
        answer = json.loads(self.system.message().payload)
        assert answer["server"]["id"] == self.system.info["server_id"]
        body = answer.get("data") or answer["error"]
        return body["code"], body.get("message") or body["description"]


@pytest.fixture
def live(tmp_path):
    world = Live(Issued(REALM), tmp_path)
    yield world
    world.close()


def ask(client):
    """What the server says to a request whose answer others would get."""
    return client.publish("ask", "?", reply="others")


def test_until_settings_come_a_request_may_name_any_reply(live):
    client = live.client("A.worker")
    assert ask(client) is None
    assert live.push(live.settings()) == (200, "settings updated")
    assert ask(client) == REFUSED
    assert client.publish("ask", "?", reply="_INBOX.worker.1") is None
    assert ask(live.client("A.worker")) == REFUSED
    assert ask(live.client("A.user")) is None


def test_settings_that_allow_it_again(live):
    now, client = int(time.time()), live.client("A.worker")
    live.push(live.settings(iat=now - 5))
    assert ask(client) == REFUSED
    live.push(live.settings("any", iat=now))
    assert ask(client) is None


def test_settings_stay_when_the_account_changes(live):
    client = live.client("A.worker")
    live.push(live.settings())
    claims = issuer.read(live.realm.tokens["A"]) | {"iat": int(time.time())}
    live.system.publish("$SYS.REQ.CLAIMS.UPDATE", live.realm.sign_account(claims), reply="answers")
    assert json.loads(live.system.message().payload)["data"]["code"] == 200
    assert ask(client) == REFUSED


@pytest.mark.parametrize("signer", ["account", "stranger"])
def test_settings_that_no_trusted_operator_signed(live, signer):
    key = live.realm.key("A") if signer == "account" else Key.new("operator")
    assert live.push(live.settings(key=key))[0] == 500
    assert ask(live.client("A.worker")) is None


@pytest.mark.parametrize("members", [
    {"quota": {}}, {"roles": {"AX": {"replies": "own"}}}, {"roles": []}, {"type": "other"}])
def test_settings_that_are_not_understood(live, members):
    assert live.push(live.settings(**members))[0] == 500


@pytest.mark.parametrize("payload", ["", "garbage", "a.b.c"])
def test_what_is_no_token(live, payload):
    assert live.push(payload)[0] == 500


def test_settings_of_no_account(live):
    assert live.push(live.settings(subject=Key.new("user").public))[0] == 500


def test_older_settings_and_those_far_ahead_are_taken_by_force_alone(live):
    now, client = int(time.time()), live.client("A.worker")
    assert live.push(live.settings(iat=now))[0] == 200
    for iat in (now - 60, now + 7200):
        assert live.push(live.settings("any", iat=iat))[0] == 500
    assert ask(client) == REFUSED
    assert live.push(live.settings("any", iat=now - 60), FORCED)[0] == 200
    assert ask(client) is None


def test_what_others_will_read_is_kept(live):
    members = {"audit": {"allowed": ["orders.>"]}, "unlogged": ["health.>"], "quotas": {"messages": 10}}
    assert live.push(live.settings(**members))[0] == 200


def test_settings_survive_a_restart_beside_the_resolvers_accounts(tmp_path):
    realm, resolver = Issued(REALM), "{ type: full, dir: './jwt' }"
    first = Live(realm, tmp_path, resolver)
    try:
        assert first.push(first.settings())[0] == 200
    finally:
        first.close()
    again = Live(realm, tmp_path, resolver)
    try:
        assert ask(again.client("A.worker")) == REFUSED
        assert again.push(again.settings("any", iat=int(time.time()) - 600))[0] == 500
    finally:
        again.close()


def test_nobody_outside_the_system_account_can_send_settings(live):
    client = live.client("A.user")
    client.subscribe("answers")
    client.publish(UPDATE, live.settings(), reply="answers")
    assert client.payloads() == []
    assert ask(live.client("A.worker")) is None
