"""Account JWTs that replace others on a running server, and what happens to those who are connected.

nats-server answers `$SYS.REQ.CLAIMS.UPDATE` only with a resolver that stores accounts, so here it has one; Chancery's
broker answers it with MEMORY.
"""

import json
import time

import pytest

import issuer
from issuer import Key
from peers import World, realise
from realm import ACCOUNT_LIMITS, Account, Export, Import, Issued, Permissions, Realm, User

ROLE = Permissions(pub=("a", "b"), sub=("a", "b"))
REALM = Realm((
    Account(
        "A", roles={"worker": ROLE},
        users=(
            User("user"), User("second"), User("worker", role="worker"), User("bearer", bearer=True),
            User("own", Permissions(pub=("own",), sub=("own",)))),
        exports=(Export("events.>"), Export("ask", "service"))),
    Account("B", imports=(Import("A", "events.>"), Import("A", "ask", "service"))),
))
STORING = {"nats-server": "{ type: full, dir: './jwt' }", "chancery": "MEMORY"}
UPDATE = "$SYS.REQ.CLAIMS.UPDATE"
REFUSED = ["Authorization Violation"]


class Live(World):
    """A world whose accounts can be changed while it runs."""

    def __init__(self, engine, realm, folder, resolver=None):
        super().__init__(engine, realm, folder, resolver=resolver or STORING[engine])
        self.system = self.client("SYS.sys")
        self.system.subscribe("answers")

    def request(self, subject, payload, header=None):
        """A request of the system account's user, and its answer."""
        assert self.system.publish(subject, payload, reply="answers", header=header) is None
        return self.system.message()

    def push(self, token, subject=UPDATE, header=None):
        """Sends a token to the server; returns the code and the message or description of its answer."""
        answer = json.loads(self.request(subject, token, header).payload)
        assert answer["server"]["id"] == self.system.info["server_id"]
        body = answer.get("data") or answer["error"]
        return body["code"], body["account"], body.get("message") or body["description"]

    def claims(self, account="A"):
        return issuer.read(self.realm.tokens[account])

    def change(self, change, account="A", iat=None, key="operator", subject=UPDATE):
        """Pushes an account's token with a change to its claims, and returns the answer's code."""
        claims = self.claims(account)
        change(claims)
        token = self.realm.sign_account(claims | {"iat": iat or int(time.time())}, key=key)
        code, subject, _ = self.push(token, subject)
        assert subject == claims["sub"]
        return code

    def limit(self, **limits):
        return self.change(lambda claims: claims["nats"]["limits"].update(limits))

    def revoke(self, user, at):
        return self.change(lambda claims: claims["nats"].update(revocations={user: at}))

    def public(self, user):
        return self.credentials(user).key.public


@pytest.fixture
def live(engine, tmp_path):
    world = Live(engine, Issued(REALM), tmp_path)
    yield world
    world.close()


# Revocation

def test_a_revocation_cuts_the_user_and_keeps_it_out(live):
    cut, other = live.client("A.user"), live.client("A.second")
    assert live.revoke(live.public("A.user"), int(time.time()) - 10) == 200
    assert cut.ending() == ["User Authentication Revoked"]
    assert live.refusal("A.user") == REFUSED
    assert other.payloads() == []


def test_a_newer_token_for_a_revoked_key_is_accepted(live):
    revoked = int(time.time()) - 10
    live.revoke(live.public("A.user"), revoked)
    newer = live.realm.user(REALM.account("A"), User("user"), key=live.credentials("A.user").key, iat=revoked + 1)
    assert live.refusal("A.user") == REFUSED
    assert live.refusal(newer) is None


def test_revoking_everybody_cuts_the_account_and_no_other(live):
    cut, other = [live.client("A.user"), live.client("A.own")], live.client("B.user")
    live.revoke("*", int(time.time()) - 10)
    assert [client.ending() for client in cut] == [["User Authentication Revoked"]] * 2
    assert other.payloads() == []


def test_a_user_whose_token_is_newer_than_the_revocation_stays(live):
    client = live.client("A.user")
    live.revoke(live.public("A.user"), live.credentials("A.user").claims["iat"] - 1)
    assert client.payloads() == []
    assert live.refusal("A.user") is None


def test_a_revocation_that_is_taken_back_lets_the_user_in_again(live):
    now = int(time.time())
    live.change(lambda claims: claims["nats"].update(revocations={live.public("A.user"): now - 10}), iat=now - 5)
    assert live.refusal("A.user") == REFUSED
    live.change(lambda claims: None, iat=now)
    assert live.refusal("A.user") is None


# Permissions

DEFAULTS = {"pub": {"allow": ["foo"]}, "sub": {"allow": ["foo"]}}


def defaults(live, permissions):
    return live.change(lambda claims: claims["nats"].update(default_permissions=permissions))


def test_new_default_permissions_count_at_once(live):
    client = live.client("A.user")
    client.send("SUB x 1\r\nSUB foo 2\r\nSUB q group 3\r\n")
    client.flush()
    assert defaults(live, DEFAULTS) == 200
    assert sorted([client.problem(), client.problem()]) == [
        'Permissions Violation for Subscription to "q" using queue "group" (sid "3")',
        'Permissions Violation for Subscription to "x" (sid "1")']
    assert client.publish("bar") == 'Permissions Violation for Publish to "bar"'
    assert client.subscribe("bar", "9") == 'Permissions Violation for Subscription to "bar"'
    assert client.publish("foo", "still there") is None
    assert client.payloads() == ["still there"]
    live.client("A.own").publish("x", "not for those without permission")
    assert client.payloads() == []


def test_users_with_permissions_of_their_own_keep_them(live):
    client = live.client("A.own")
    client.subscribe("own")
    defaults(live, DEFAULTS)
    assert client.publish("own", "mine") is None
    assert client.payloads() == ["mine"]
    assert client.publish("foo") == 'Permissions Violation for Publish to "foo"'


def test_default_permissions_that_are_taken_back_count_no_more(live):
    now = int(time.time())
    live.change(lambda claims: claims["nats"].update(default_permissions=DEFAULTS), iat=now - 5)
    client = live.client("A.user")
    assert client.publish("bar") is not None
    live.change(lambda claims: None, iat=now)
    assert client.publish("bar") is None


def test_a_changed_role(live):
    client, other = live.client("A.worker"), live.client("A.user")
    client.send("SUB a 1\r\nSUB b 2\r\n")
    client.flush()

    def change(claims):
        claims["nats"]["signing_keys"][0]["template"] |= {"pub": {"allow": ["c"]}, "sub": {"allow": ["b", "c"]}}
    assert live.change(change) == 200
    assert other.payloads() == []
    if live.intended("a user whose role changed is cut"):
        assert client.ending() == []
        client = live.client("A.worker")
        client.subscribe("b", "2")
    else:
        assert client.problem() == 'Permissions Violation for Subscription to "a" (sid "1")'
    assert client.publish("a") == 'Permissions Violation for Publish to "a"'
    assert client.publish("c") is None
    assert client.subscribe("c", "3") is None
    for subject in ("a", "b"):
        other.publish(subject, subject)
    assert client.payloads() == ["b"]


def test_a_signing_key_that_is_removed_takes_its_users_with_it(live):
    client, other = live.client("A.worker"), live.client("A.user")
    assert live.change(lambda claims: claims["nats"].pop("signing_keys")) == 200
    client.ending()
    assert live.refusal("A.worker") == REFUSED
    assert other.payloads() == []


# Limits

def test_when_fewer_connections_are_allowed_the_oldest_stay(live):
    clients = [live.client("A.user") for _ in range(4)]
    assert live.limit(conn=2) == 200
    for newest in clients[2:]:
        assert newest.ending() == ["maximum account active connections exceeded"]
    assert [oldest.payloads() for oldest in clients[:2]] == [[], []]
    assert live.refusal("A.user") == ["maximum account active connections exceeded"]


def test_who_has_more_subscriptions_than_are_allowed_now_is_cut(live):
    many, few = live.client("A.user"), live.client("A.user")
    for sid in range(3):
        many.subscribe("x", str(sid))
    few.subscribe("x")
    live.limit(subs=2)
    assert many.ending() == ["maximum subscriptions exceeded"]
    assert few.payloads() == []


def test_a_smaller_payload_counts_for_the_next_message(live):
    client = live.client("A.user")
    live.limit(payload=10)
    assert client.publish("x", "0123456789") is None
    client.send("PUB x 11\r\n")
    assert client.ending() == ["Maximum Payload Violation"]


def test_bearer_tokens_that_are_allowed_no_more_are_cut(live):
    bearer, other = live.client("A.bearer"), live.client("A.user")
    live.limit(disallow_bearer=True)
    assert bearer.ending() == REFUSED
    assert live.refusal("A.bearer") == REFUSED
    assert other.payloads() == []


# The account itself

def test_an_account_that_expires_takes_everybody_with_it_until_a_new_token_comes(live):
    client, other, now = live.client("A.user"), live.client("B.user"), int(time.time())
    live.change(lambda claims: claims.update(exp=now + 2), iat=now)
    assert client.ending() == ["Account Authentication Expired"]
    assert live.refusal("A.user") == REFUSED
    assert other.payloads() == []
    live.change(lambda claims: None)
    assert live.refusal("A.user") is None


def test_a_token_that_has_expired_already(live):
    client = live.client("A.user")
    live.change(lambda claims: claims.update(exp=int(time.time()) - 2))
    cut = live.intended("an account's token that had expired when it came cuts those who are connected")
    if cut:
        assert client.ending() == ["Account Authentication Expired"]
    else:
        assert client.payloads() == []


def test_an_export_that_is_taken_back_crosses_no_more_and_one_that_is_given_does(live):
    exporter, importer = live.client("A.user"), live.client("B.user", no_responders=True)
    importer.subscribe("events.>", "1")
    importer.subscribe("inbox", "2")
    exporter.subscribe("ask")
    now = int(time.time())
    live.change(lambda claims: claims["nats"].pop("exports"), iat=now - 5)
    exporter.publish("events.a", "taken back")
    importer.publish("ask", "?", reply="inbox")
    assert exporter.payloads() == []
    assert [message.status for message in importer.messages()] == ["503"]
    live.change(lambda claims: None, iat=now)
    exporter.publish("events.a", "given")
    importer.publish("ask", "?", reply="inbox")
    assert exporter.payloads() == ["?"]
    assert importer.payloads() == ["given"]


def test_an_import_that_is_new_reaches_subscriptions_that_are_old(live):
    now = int(time.time())
    live.change(lambda claims: claims["nats"].pop("imports"), account="B", iat=now - 5)
    exporter, importer = live.client("A.user"), live.client("B.user")
    importer.subscribe("events.>")
    exporter.publish("events.a", "before")
    live.change(lambda claims: None, account="B", iat=now)
    exporter.publish("events.a", "after")
    assert importer.payloads() == ["after"]


def test_an_account_nobody_knew_can_be_used_after_its_token_came(live):
    realm, account, key = live.realm, Key.new("account"), Key.new("user")
    realm.keys["NEW"] = account
    credentials = realm.user(Account("NEW"), User("user"), key=key)
    assert live.refusal(credentials) == REFUSED
    code, subject, message = live.push(realm.sign_account(
        {"name": "NEW", "sub": account.public, "nats": {"type": "account", "limits": ACCOUNT_LIMITS}}))
    assert (code, subject, message) == (200, account.public, "jwt updated")
    assert live.refusal(credentials) is None


# Answers

def test_an_update_can_name_the_account_in_its_subject(live):
    subject = f"$SYS.REQ.ACCOUNT.{live.realm.identity('A')}.CLAIMS.UPDATE"
    assert live.change(lambda claims: None, subject=subject) == 200


@pytest.mark.parametrize("subject", ["$SYS.REQ.ACCOUNT.{}.CLAIMS.UPDATE", "$SYS.ACCOUNT.{}.CLAIMS.UPDATE"])
def test_an_update_for_another_account_than_its_subject_names_is_refused(live, subject):
    code, _, description = live.push(live.realm.tokens["A"], subject.format(live.realm.identity("B")))
    assert code == 500 and description.endswith("subject does not match jwt content")


def test_an_update_may_have_headers(live):
    token = live.realm.sign_account(live.claims() | {"iat": int(time.time())})
    assert live.push(token, header=[("Any", "thing")])[0] == 200


@pytest.mark.parametrize("payload", ["garbage", "", "a.b.c", "operator", "user", "A changed"])
def test_an_update_that_is_no_account_token_is_refused(live, payload):
    realm = live.realm
    tokens = {
        "operator": realm.operator, "user": realm.credentials["A.user"].token,
        "A changed": realm.tokens["A"][:-4] + "AAAA"}
    code, account, description = live.push(tokens.get(payload, payload))
    assert (code, account) == (500, "n/a") and " - " in description


def test_an_update_that_breaks_a_rule_is_refused_and_changes_nothing(live):
    client = live.client("A.user")
    exports = [{"subject": "a..b", "type": "stream"}]
    assert live.change(lambda claims: claims["nats"].update(exports=exports, limits={})) == 500
    assert client.publish("x", "still allowed") is None


@pytest.mark.parametrize("signer", ["stranger", "A"])
def test_an_update_that_no_trusted_key_signed(live, signer):
    client = live.client("A.user")
    code = live.change(lambda claims: claims["nats"].update(revocations={"*": int(time.time())}), key=signer)
    assert code == live.intended("an update that no trusted key signed: the code of the answer")
    if code == 500:
        assert client.payloads() == []
        assert live.refusal("A.user") is None


def test_an_update_older_than_what_is_in_force(live):
    now = int(time.time())
    live.change(lambda claims: claims["nats"].update(revocations={live.public("A.user"): now - 10}), iat=now)
    code = live.push(live.realm.tokens["A"])[0]
    assert code == live.intended("an update older than what is in force: the code of the answer")
    assert (live.refusal("A.user") is None) == (code == 200)


def test_an_update_of_the_same_second_with_other_bytes_is_taken(live):
    now = int(time.time())
    live.change(lambda claims: None, iat=now)
    live.change(lambda claims: claims["nats"].update(revocations={live.public("A.user"): now - 10}), iat=now)
    assert live.refusal("A.user") == REFUSED


@pytest.mark.parametrize("ahead, scenario", [
    (1800, None), (7200, "an update two hours ahead of the clock: the code of the answer")])
def test_an_update_ahead_of_the_clock(live, ahead, scenario):
    code = live.change(lambda claims: None, iat=int(time.time()) + ahead)
    assert code == (live.intended(scenario) if scenario else 200)


FORCED = [("Chancery-Force", "true")]


def test_an_older_update_that_is_forced_is_taken(live):
    now = int(time.time())
    live.change(lambda claims: claims["nats"].update(revocations={live.public("A.user"): now - 10}), iat=now)
    assert live.push(live.realm.tokens["A"], header=FORCED)[0] == 200
    assert live.refusal("A.user") is None


def test_an_update_far_ahead_that_is_forced_is_taken(live):
    now = int(time.time())
    ahead = live.claims() | {"iat": now + 7200}
    ahead["nats"]["revocations"] = {live.public("A.user"): now - 10}
    assert live.push(live.realm.sign_account(ahead), header=FORCED)[0] == 200
    assert live.refusal("A.user") == REFUSED


def test_force_lets_nobody_elses_token_in(live):
    client, now = live.client("A.user"), int(time.time())
    claims = live.claims() | {"iat": now - 5}
    claims["nats"]["revocations"] = {"*": now}
    code = live.push(live.realm.sign_account(claims, key="stranger"), header=FORCED)[0]
    assert code == live.intended("an update that no trusted key signed: the code of the answer")
    if code == 500:
        assert client.payloads() == []


def test_nobody_outside_the_system_account_can_update(live):
    client = live.client("A.user")
    client.subscribe("answers")
    token = live.realm.sign_account(
        live.claims() | {"iat": int(time.time()), "nats": live.claims()["nats"] | {"revocations": {"*": 2**31}}})
    for subject in (UPDATE, f"$SYS.REQ.ACCOUNT.{live.realm.identity('A')}.CLAIMS.UPDATE"):
        client.publish(subject, token, reply="answers")
    assert client.payloads() == []
    assert live.refusal("A.user") is None


def test_a_memory_resolver_takes_updates_that_name_the_account(engine, tmp_path):
    live = Live(engine, Issued(REALM), tmp_path, resolver="MEMORY")
    try:
        client = live.client("A.user")
        subject = f"$SYS.REQ.ACCOUNT.{live.realm.identity('A')}.CLAIMS.UPDATE"
        revocations = {live.public("A.user"): int(time.time()) - 10}
        assert live.change(lambda claims: claims["nats"].update(revocations=revocations), subject=subject) == 200
        assert client.ending() == ["User Authentication Revoked"]
    finally:
        live.close()


# The same steps as words on the command line

@pytest.fixture
def administered(engine, tmp_path):
    """A world that the command line made and goes on changing."""
    world = Live(engine, realise(REALM, "chancery", tmp_path), tmp_path / "server")
    yield world
    world.close()


def push(world, *words):
    return world.realm.chancery("push", "-u", world.server.url, *words)


def test_a_user_that_is_revoked_and_pushed_is_cut(administered):
    chancery = administered.realm.chancery
    cut, other = administered.client("A.user"), administered.client("A.second")
    chancery("revocations", "add-user", "--account", "A", "--name", "user")
    push(administered, "-a", "A")
    assert cut.ending() == ["User Authentication Revoked"]
    assert administered.refusal("A.user") == REFUSED
    assert other.payloads() == []
    chancery("revocations", "delete-user", "--account", "A", "--name", "user")
    push(administered, "-A")
    assert administered.refusal("A.user") is None


def test_an_edited_user_gets_in_after_a_revocation(administered):
    chancery = administered.realm.chancery
    chancery("revocations", "add-user", "--account", "A", "--name", "user")
    push(administered, "-A")
    assert administered.refusal("A.user") == REFUSED
    chancery("edit", "user", "user", "--account", "A", "--tag", "again")
    assert administered.refusal(administered.realm.creds("A", "user")) is None


def test_a_limit_that_is_edited_and_pushed_counts(administered):
    clients = [administered.client("A.user") for _ in range(3)]
    administered.realm.chancery("edit", "account", "A", "--conns", "1")
    push(administered, "-A")
    assert [client.ending() for client in clients[1:]] == [["maximum account active connections exceeded"]] * 2
    assert clients[0].payloads() == []


def test_an_account_that_is_added_and_pushed_can_be_used(administered):
    realm = administered.realm
    realm.chancery("add", "account", "NEW")
    realm.chancery("add", "user", "user", "--account", "NEW")
    assert administered.refusal(realm.creds("NEW", "user")) == REFUSED
    push(administered, "-A")
    assert administered.refusal(realm.creds("NEW", "user")) is None
