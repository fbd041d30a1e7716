"""Who is let in, who is not, and what those are told who are not."""

import base64
import time

import pytest

import issuer
from issuer import Credentials, Key
from peers import World, only_issuer
from realm import ACCOUNT_LIMITS, Account, Issued, Permissions, Realm, User

pytestmark = only_issuer
REALM = Realm((
    Account("A", users=(User("user"), User("bearer", bearer=True)), roles={
        "worker": Permissions(pub=("jobs.done",), sub=("jobs.todo",))}),
    Account("B", users=(User("user"), User("bearer", bearer=True)), disallow_bearer=True),
))
REFUSED = ["Authorization Violation"]
# The longest a live expiry or a timeout of one second may take to be seen.
SOON = 6.0


def user(world, account="A", role=None, **overrides):
    """Credentials of a new user of an account, with claims of the scenario's choice."""
    return world.realm.user(REALM.account(account), User("someone", role=role), **overrides)


def test_a_user_with_a_valid_chain_is_let_in(world):
    assert world.refusal("A.user") is None


def test_a_signature_in_standard_base64_is_accepted(world):
    connection, credentials = world.open(), world.credentials("A.user")
    signature = credentials.key.sign(connection.nonce.encode())
    connection.sign_in(credentials, sig=base64.b64encode(signature).decode())


def test_no_credentials_are_refused(world):
    assert world.refusal(None) == REFUSED


@pytest.mark.parametrize("options", [
    {"user": "A", "pass": "secret"}, {"auth_token": "secret"}, {"jwt": ""}, {"jwt": "eyJ"}, {"jwt": "a.b.c"},
    {"jwt": "a" * 2000}, {"jwt": "\u0000"}])
def test_other_credentials_are_refused(world, options):
    assert world.refusal(None, **options) == REFUSED


def test_a_token_without_a_signature_is_refused(world):
    assert world.refusal("A.user", sig=None) == REFUSED


@pytest.mark.parametrize("signature", ["", "AAAA", "not base64!", "A" * 86])
def test_a_signature_that_is_none_is_refused(world, signature):
    assert world.refusal("A.user", sig=signature) == REFUSED


def test_the_signature_of_another_key_is_refused(world):
    credentials = world.credentials("A.user")
    assert world.refusal(Credentials(credentials.token, Key.new("user"))) == REFUSED


def test_the_signature_of_another_connections_nonce_is_refused(world):
    signature = world.credentials("A.user").key.sign_nonce(world.open().nonce)
    assert world.refusal("A.user", sig=signature) == REFUSED


def test_a_token_that_was_changed_is_refused(world):
    credentials = world.credentials("A.user")
    header, _, signature = credentials.token.split(".")
    claims = credentials.claims | {"name": "admin"}
    forged = f"{header}.{issuer.base64url(issuer.compact(claims))}.{signature}"
    assert world.refusal(Credentials(forged, credentials.key)) == REFUSED


@pytest.mark.parametrize("header", [
    {"typ": "JWT", "alg": "none"}, {"typ": "JWT", "alg": "HS256"}, {"typ": "JWS", "alg": "ed25519-nkey"}])
def test_a_token_with_another_header_is_refused(world, header):
    realm, key = world.realm, Key.new("user")
    claims = {"sub": key.public, "nats": {"type": "user", "subs": -1, "data": -1, "payload": -1}}
    token = issuer.encode(claims, realm.keys["A"], header=header)
    assert world.refusal(Credentials(token, key)) == REFUSED


def test_a_user_signed_by_a_strangers_account_is_refused(world):
    assert world.refusal(user(world, signer=Key.new("account"))) == REFUSED


def test_a_user_signed_by_another_account_for_this_one_is_refused(world):
    credentials = user(
        world, signer=world.realm.keys["B"], nats={"issuer_account": world.realm.keys["A"].public})
    assert world.refusal(credentials) == REFUSED


def test_a_user_signed_by_another_accounts_signing_key_is_refused(world):
    credentials = user(
        world, "B", signer=world.realm.roles["A", "worker"], nats={
            "issuer_account": world.realm.keys["B"].public, "subs": None, "data": None, "payload": None})
    assert world.refusal(credentials) == REFUSED


def test_an_issuer_account_equal_to_the_issuer_is_accepted(world):
    assert world.refusal(user(world, nats={"issuer_account": world.realm.keys["A"].public})) is None


def test_an_issuer_account_that_is_no_account_is_refused(world):
    assert world.refusal(user(world, nats={"issuer_account": Key.new("user").public})) == REFUSED


@pytest.mark.parametrize("kind", ["account", "operator"])
def test_a_token_of_another_kind_is_refused(world, kind):
    token = world.realm.tokens["A"] if kind == "account" else world.realm.operator
    key = world.realm.keys["A" if kind == "account" else "operator"]
    assert world.refusal(Credentials(token, key)) == REFUSED


def test_a_user_whose_account_an_unknown_operator_signed_is_refused(engine, maker, tmp_path):
    realm = Issued(REALM)
    claims = issuer.read(realm.tokens["A"])
    realm.tokens["A"] = realm.sign_account(claims, key="another operator")
    try:
        world = World(engine, realm, tmp_path)
    except AssertionError:
        # A server may also refuse to start with such an account.
        return
    try:
        assert world.refusal("A.user") == REFUSED
    finally:
        world.close()


def test_an_expired_token_is_refused(world):
    assert world.refusal(user(world, exp=int(time.time()) - 5)) == REFUSED


def test_a_token_that_is_not_yet_valid_is_refused(world):
    assert world.refusal(user(world, nbf=int(time.time()) + 600)) == REFUSED


def test_a_connection_ends_when_its_token_expires(world):
    connection = world.open().sign_in(user(world, exp=int(time.time()) + 2))
    assert connection.ending() == ["User Authentication Expired"]


def test_a_token_revoked_before_it_is_used_is_refused_and_a_newer_one_is_not(engine, maker, tmp_path):
    realm = Issued(REALM)
    key, revoked = Key.new("user"), int(time.time()) - 30
    claims = issuer.read(realm.tokens["A"])
    claims["nats"]["revocations"] = {key.public: revoked}
    realm.tokens["A"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        assert world.refusal(user(world, key=key, iat=revoked - 1)) == REFUSED
        assert world.refusal(user(world, key=key, iat=revoked)) == REFUSED
        assert world.refusal(user(world, key=key, iat=revoked + 1)) is None
        assert world.refusal(user(world, iat=revoked - 1)) is None
    finally:
        world.close()


def test_revoking_everybody_covers_every_key(engine, maker, tmp_path):
    realm = Issued(REALM)
    revoked = int(time.time()) - 30
    claims = issuer.read(realm.tokens["A"])
    claims["nats"]["revocations"] = {"*": revoked}
    realm.tokens["A"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        assert world.refusal(user(world, iat=revoked)) == REFUSED
        assert world.refusal(user(world, iat=revoked + 1)) is None
        assert world.refusal("B.user") is None
    finally:
        world.close()


# Roles

def scoped(world, **overrides):
    return user(world, role="worker", nats={"subs": None, "data": None, "payload": None} | overrides)


def test_a_role_gives_its_template_to_the_user(world):
    client = world.open().sign_in(scoped(world))
    assert client.publish("jobs.done", "x") is None
    assert client.publish("jobs.todo", "x") == 'Permissions Violation for Publish to "jobs.todo"'
    assert client.subscribe("jobs.todo") is None
    assert client.subscribe("jobs.done", "2") == 'Permissions Violation for Subscription to "jobs.done"'


@pytest.mark.parametrize("nats", [
    {"pub": {"allow": ["x"]}}, {"sub": {"deny": ["x"]}}, {"subs": 5}, {"payload": -1}, {"bearer_token": True},
    {"src": ["127.0.0.0/8"]}, {"resp": {"max": 1, "ttl": 1}}, {"allowed_connection_types": ["STANDARD"]}])
def test_a_user_of_a_role_with_permissions_or_limits_of_its_own_is_refused(world, nats):
    assert world.refusal(scoped(world, **nats)) == REFUSED


@pytest.mark.parametrize("restriction, refused", [
    ({"src": ["10.0.0.0/8"]}, True), ({"src": ["127.0.0.0/8"]}, False),
    ({"allowed_connection_types": ["WEBSOCKET"]}, True), ({"allowed_connection_types": ["STANDARD"]}, False)])
def test_restrictions_of_a_role_count_for_its_users(engine, maker, tmp_path, restriction, refused):
    expected = REFUSED if refused else None
    with_template(engine, tmp_path, restriction, lambda world: world.refusal("A.user") == expected)


@pytest.mark.parametrize("disallowed", [False, True])
def test_a_role_can_make_bearers_of_its_users(engine, maker, tmp_path, disallowed):
    def check(world):
        token = Credentials(world.credentials("A.user").token, None)
        return world.refusal(token) == (REFUSED if disallowed else None)
    with_template(engine, tmp_path, {"bearer_token": True}, check, disallow_bearer=disallowed)


def with_template(engine, folder, restriction, check, **account):
    """Checks a world whose A.user has a role with these restrictions."""
    realm = Issued(Realm((
        Account("A", roles={"role": Permissions()}, users=(User("user", role="role"),), **account),)))
    claims = issuer.read(realm.tokens["A"])
    claims["nats"]["signing_keys"][0]["template"] |= restriction
    realm.tokens["A"] = realm.sign_account(claims)
    world = World(engine, realm, folder)
    try:
        assert check(world)
    finally:
        world.close()


# Bearer tokens

def test_a_bearer_token_needs_no_signature(world):
    assert world.refusal(Credentials(world.credentials("A.bearer").token, None)) is None


def test_a_bearer_token_may_come_with_a_signature(world):
    assert world.refusal("A.bearer") is None


def test_a_bearer_token_is_refused_where_the_account_allows_none(world):
    assert world.refusal("B.bearer") == REFUSED
    assert world.refusal("B.user") is None


# Where, when and how

@pytest.mark.parametrize("types, refused", [
    (["STANDARD"], False), (["standard"], False), (["WEBSOCKET"], True), (["MQTT", "LEAFNODE"], True),
    (["STANDARD", "WEBSOCKET"], False), (["CARRIER_PIGEON"], True), (["CARRIER_PIGEON", "STANDARD"], False)])
def test_connection_types(world, types, refused):
    credentials = user(world, nats={"allowed_connection_types": types})
    assert world.refusal(credentials) == (REFUSED if refused else None)


@pytest.mark.parametrize("networks, refused", [
    (["127.0.0.0/8"], False), (["127.0.0.1/32"], False), (["10.0.0.0/8"], True), (["::1/128"], True),
    (["10.0.0.0/8", "127.0.0.1/32"], False), (["nonsense"], True), (["127.0.0.1"], True)])
def test_source_networks(world, networks, refused):
    assert world.refusal(user(world, nats={"src": networks})) == (REFUSED if refused else None)


@pytest.mark.parametrize("hours, refused", [
    ([{"start": "00:00:00", "end": "23:59:59"}], False),
    ([{"start": "23:59:58", "end": "23:59:59"}], True),
])
def test_hours(world, hours, refused):
    # A zone without summer time where it is now between noon and three in the afternoon.
    hour = time.gmtime().tm_hour
    offset = 14 - hour if hour >= 3 else 12
    zone = f"Etc/GMT{-offset:+d}"
    credentials = user(world, nats={"times": hours, "times_location": zone})
    assert world.refusal(credentials) == (REFUSED if refused else None)


# Signing keys only

@pytest.fixture
def strict(engine, maker, tmp_path):
    """A world whose operator signs with signing keys only."""
    realm = Issued(REALM)
    signing = realm.key("operator signing key")
    claims = issuer.read(realm.operator)
    claims["nats"] |= {"signing_keys": [signing.public], "strict_signing_key_usage": True}
    realm.operator = issuer.encode(claims, realm.keys["operator"])
    for name, token in realm.tokens.items():
        if name != "B":
            realm.tokens[name] = realm.sign_account(issuer.read(token), key="operator signing key")
    world = World(engine, realm, tmp_path)
    yield world
    world.close()


def test_a_strict_operators_accounts_count_when_a_signing_key_signed_them(strict):
    assert strict.refusal(scoped(strict)) is None


def test_a_strict_operators_accounts_do_not_count_when_its_identity_signed_them(strict):
    assert strict.refusal(user(strict, "B", role=None)) == REFUSED


def test_a_strict_operators_users_do_not_count_when_the_accounts_identity_signed_them(strict):
    assert strict.refusal(user(strict)) == REFUSED


# Before CONNECT

@pytest.mark.parametrize("data", [
    "PUB foo 1\r\nx\r\n", "SUB foo 1\r\n", "PING\r\n", "PONG\r\n", "GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00"])
def test_anything_before_connect_is_refused(world, data):
    connection = world.open()
    connection.send(data)
    assert connection.ending() == REFUSED


@pytest.mark.parametrize("options", [{"account": "A"}, {"account": "$SYS"}, {"account": "A", "new_account": True}])
def test_a_client_cannot_name_its_account(world, options):
    assert world.refusal("A.user", **options) == REFUSED


def test_silence_ends_in_a_timeout(engine, realised, tmp_path):
    world = World(engine, realised, tmp_path, "authorization { timeout: 1 }")
    try:
        assert world.open().ending() == ["Authentication Timeout"]
    finally:
        world.close()


def test_a_second_connect_moves_the_connection_and_leaves_its_subscriptions_behind(world):
    client, a, b = world.client("A.user"), world.client("A.user"), world.client("B.user")
    client.subscribe("foo", "1")
    client.connect(world.credentials("B.user"))
    client.flush()
    client.subscribe("bar", "2")
    a.publish("foo", "from A")
    a.publish("bar", "from A")
    b.publish("foo", "old subscription")
    b.publish("bar", "from B")
    assert client.payloads() == ["from B"]


def test_a_second_connect_that_fails_ends_the_connection(world):
    client = world.client("A.user")
    client.connect(user(world, signer=Key.new("account")))
    assert client.ending() == REFUSED


def test_the_account_limit_of_connections_keeps_the_next_one_out(engine, maker, tmp_path):
    realm = Issued(Realm((Account("A", connections=2),)))
    world = World(engine, realm, tmp_path)
    try:
        first, second = world.client("A.user"), world.client("A.user")
        assert world.refusal("A.user") == ["maximum account active connections exceeded"]
        first.close()
        second.flush()
        # The server notices the end of a connection when it reads it, which nothing tells from outside.
        deadline = time.monotonic() + SOON
        while (refused := world.refusal("A.user")) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert refused is None
    finally:
        world.close()


def test_limits_of_payload_and_subscriptions_are_the_smallest_of_user_and_account(engine, maker, tmp_path):
    realm = Issued(REALM)
    claims = issuer.read(realm.tokens["A"])
    claims["nats"]["limits"] = ACCOUNT_LIMITS | {"payload": 100, "subs": 3}
    realm.tokens["A"] = realm.sign_account(claims)
    world = World(engine, realm, tmp_path)
    try:
        client = world.open().sign_in(user(world, nats={"payload": 200, "subs": 2}))
        client.flush()
        assert client.info["max_payload"] == 100
        assert [client.subscribe("foo", str(sid)) for sid in range(3)] == [
            None, None, "maximum subscriptions exceeded"]
        assert client.publish("foo", "x" * 100) is None
        client.send("PUB foo 101\r\n")
        assert client.ending()[-1] == "Maximum Payload Violation"
    finally:
        world.close()
