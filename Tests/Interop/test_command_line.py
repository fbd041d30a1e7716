"""What the commands do to claims, how they answer, and how they end."""

import base64
import json
import re
import stat
import time

import pytest

UNLIMITED = {"subs": -1, "data": -1, "payload": -1}


def decoded(token):
    """The claims of a token."""
    body = token.strip().split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def claims(chancery, kind, *words):
    """The claims of what `describe` names."""
    return decoded(chancery("describe", kind, *words, "--raw").stdout)


@pytest.fixture
def operator(chancery):
    """An operator O with an account A."""
    chancery("add", "operator", "O")
    chancery("add", "account", "A")
    return chancery


# Operators


def test_an_operator_signs_itself(chancery):
    chancery("add", "operator", "--name", "O")
    body = claims(chancery, "operator")
    assert body["name"] == "O" and body["iss"] == body["sub"] and body["sub"].startswith("O")
    assert body["nats"] == {"type": "operator", "version": 2}


def test_a_system_account_and_signing_keys_come_with_an_operator(chancery):
    chancery("add", "operator", "O", "--sys", "--generate-signing-key", "--expiry", "1y")
    body = claims(chancery, "operator")
    system = claims(chancery, "account", "SYS")
    assert body["nats"]["system_account"] == system["sub"]
    assert len(body["nats"]["signing_keys"]) == len(system["nats"]["signing_keys"]) == 1
    assert [export["subject"] for export in system["nats"]["exports"]] == ["$SYS.ACCOUNT.*.>", "$SYS.REQ.ACCOUNT.*.*"]
    assert [export["account_token_position"] for export in system["nats"]["exports"]] == [3, 4]
    assert claims(chancery, "user", "sys", "-a", "SYS")["iss"] == system["sub"]
    assert body["exp"] > time.time() + 360 * 86400
    chancery("validate", "-A")


def test_operator_edits(operator):
    operator("edit", "operator", "--tag", "A,b", "--service-url", "nats://h:1,tls://h:2", "-n", "ws://h",
             "-u", "nats://h:4222", "--system-account", "A", "--sk", "generate", "--require-signing-keys")
    nats = claims(operator, "operator")["nats"]
    assert nats["tags"] == ["a", "b"]
    assert nats["operator_service_urls"] == ["nats://h:1", "tls://h:2", "ws://h"]
    assert nats["account_server_url"] == "nats://h:4222"
    assert nats["system_account"] == claims(operator, "account", "A")["sub"]
    assert nats["strict_signing_key_usage"] is True
    operator("edit", "operator", "--rm-tag", "a", "--rm-service-url", "ws://h", "--require-signing-keys=false",
             "--rm-account-jwt-server-url", "--rm-sk", nats["signing_keys"][0])
    nats = claims(operator, "operator")["nats"]
    assert nats["tags"] == ["b"] and "signing_keys" not in nats and "strict_signing_key_usage" not in nats
    assert "account_server_url" not in nats and nats["operator_service_urls"] == ["nats://h:1", "tls://h:2"]


# Accounts


def test_a_new_account_is_unlimited(operator):
    body = claims(operator, "account", "A")
    assert body["iss"] == claims(operator, "operator")["sub"]
    assert body["nats"]["limits"] == {
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
    assert body["nats"]["default_permissions"] == {"pub": {}, "sub": {}}


def test_account_limits(operator):
    operator("edit", "account", "A", "--conns", "10", "--leaf-conns", "1k", "--data", "1gib", "--payload", "2mib",
             "--subscriptions", "-1", "--exports", "0", "--imports=5", "--wildcard-exports=false", "--disallow-bearer")
    assert claims(operator, "account")["nats"]["limits"] == {
        "subs": -1, "data": 1 << 30, "payload": 2 << 20, "imports": 5, "disallow_bearer": True, "conn": 10, "leaf": 1000}
    operator("edit", "account", "-n", "A", "--conns", "-1", "--disallow-bearer=false")
    limits = claims(operator, "account")["nats"]["limits"]
    assert limits["conn"] == -1 and "disallow_bearer" not in limits


def test_jetstream_limits(operator):
    operator("edit", "account", "A", "--js-enable", "0")
    limits = claims(operator, "account")["nats"]["limits"]
    assert limits["mem_storage"] == limits["disk_storage"] == -1 and "streams" not in limits
    operator("edit", "account", "A", "--js-streams", "5", "--js-consumer", "-1", "--js-max-disk-stream", "1gib",
             "--js-max-ack-pending", "7", "--js-max-bytes-required")
    limits = claims(operator, "account")["nats"]["limits"]
    assert (limits["streams"], limits["consumer"], limits["max_ack_pending"]) == (5, -1, 7)
    assert limits["disk_max_stream_bytes"] == 1 << 30 and limits["max_bytes_required"] is True
    operator("edit", "account", "A", "--js-tier", "1", "--js-disk-storage", "5", exits=1)
    operator("edit", "account", "A", "--js-disable", "--js-tier", "3", "--js-disk-storage", "5")
    limits = claims(operator, "account")["nats"]["limits"]
    assert limits["tiered_limits"] == {"R3": {"disk_storage": 5}} and "streams" not in limits
    operator("edit", "account", "A", "--rm-js-tier", "3")
    assert "tiered_limits" not in claims(operator, "account")["nats"]["limits"]


def test_default_permissions(chancery):
    chancery("add", "operator", "O")
    chancery("add", "account", "A", "--allow-pub", "a,b", "--allow-sub", "c", "--allow-sub", "d", "--deny-pubsub", "e",
             "--allow-pub-response=5", "--response-ttl", "1m30s")
    assert claims(chancery, "account")["nats"]["default_permissions"] == {
        "pub": {"allow": ["a", "b"], "deny": ["e"]}, "sub": {"allow": ["c", "d"], "deny": ["e"]},
        "resp": {"max": 5, "ttl": 90_000_000_000}}
    chancery("edit", "account", "--rm", "e,a", "--rm-response-perms")
    assert claims(chancery, "account")["nats"]["default_permissions"] == {
        "pub": {"allow": ["b"]}, "sub": {"allow": ["c", "d"]}}


def test_what_describes_an_account(operator):
    operator("edit", "account", "A", "--description", "sales", "--info-url", "https://h/x", "--tag", "One,TWO",
             "--trace-context-subject", "trace", "--trace-context-sampling", "50", "--start", "2020-01-02",
             "--expiry", "2090-01-02")
    body = claims(operator, "account")
    assert body["nats"]["description"] == "sales" and body["nats"]["info_url"] == "https://h/x"
    assert body["nats"]["tags"] == ["one", "two"] and body["nats"]["trace"] == {"dest": "trace", "sampling": 50}
    assert body["nbf"] == 1577923200 and body["exp"] == 3786998400
    operator("edit", "account", "A", "--expiry", "0", "--start", "0")
    assert not {"exp", "nbf"} & claims(operator, "account").keys()


def test_an_account_is_signed_again_after_signing_keys_are_required(operator):
    operator("edit", "operator", "--sk", "generate", "--require-signing-keys")
    operator("validate", exits=1)
    operator("edit", "account", "A")
    operator("validate")
    assert claims(operator, "account")["iss"] == claims(operator, "operator")["nats"]["signing_keys"][0]
    operator("add", "user", "u", exits=1)
    operator("edit", "account", "A", "--sk", "generate")
    operator("add", "user", "u")
    body, account = claims(operator, "user", "u"), claims(operator, "account")
    assert body["iss"] == account["nats"]["signing_keys"][0] and body["nats"]["issuer_account"] == account["sub"]


# Users


def test_a_new_user_is_unlimited(operator):
    operator("add", "user", "u")
    body = claims(operator, "user", "u")
    assert body["iss"] == claims(operator, "account")["sub"] and body["sub"].startswith("U")
    assert body["nats"] == {"pub": {}, "sub": {}, **UNLIMITED, "type": "user", "version": 2}
    assert not list(operator.folder.glob("*.creds"))


def test_user_permissions_and_limits(operator):
    operator("add", "user", "--name", "u", "-a", "A", "--allow-pub", "a,b", "--allow-sub", "c queue", "--deny-pub", "d",
             "--deny-sub", "e", "--allow-pubsub", "f", "--allow-pub-response", "--bearer", "--tag", "X,y", "--tag", "x",
             "--source-network", "10.0.0.0/8,192.168.0.1/32", "--expiry", "2w", "--start", "2020-01-01")
    body = claims(operator, "user", "u")
    assert body["nats"]["pub"] == {"allow": ["a", "b", "f"], "deny": ["d"]}
    assert body["nats"]["sub"] == {"allow": ["c queue", "f"], "deny": ["e"]}
    assert body["nats"]["resp"] == {"max": 1, "ttl": 0}
    assert body["nats"]["bearer_token"] is True and body["nats"]["tags"] == ["x", "y"]
    assert body["nats"]["src"] == ["10.0.0.0/8", "192.168.0.1/32"]
    assert abs(body["exp"] - time.time() - 14 * 86400) < 60
    operator("edit", "user", "u", "--bearer=false", "--rm", "a,f", "--rm-response-perms", "--subs", "5", "--payload", "1k",
             "--data=-1", "--conn-type", "mqtt", "--time", "08:00:00-17:00:00", "--locale", "Europe/Berlin",
             "--rm-source-network", "10.0.0.0/8", "--rm-tag", "X", "--expiry", "0")
    body = claims(operator, "user", "u")
    assert body["nats"]["pub"]["allow"] == ["b"] and "resp" not in body["nats"]
    assert "bearer_token" not in body["nats"] and body["nats"]["tags"] == ["y"]
    assert (body["nats"]["subs"], body["nats"]["payload"], body["nats"]["data"]) == (5, 1000, -1)
    assert body["nats"]["allowed_connection_types"] == ["MQTT"] and "exp" not in body
    assert body["nats"]["times"] == [{"start": "08:00:00", "end": "17:00:00"}]
    assert body["nats"]["times_location"] == "Europe/Berlin" and body["nats"]["src"] == ["192.168.0.1/32"]


def test_a_user_with_a_key_from_elsewhere(operator):
    key = operator("generate", "nkey", "--user").stdout.split()[1]
    operator("add", "user", "u", "--public-key", key)
    assert claims(operator, "user", "u")["sub"] == key
    assert operator("generate", "creds", "u", exits=1).stdout == ""


def test_a_role_decides_for_its_users(operator):
    operator("edit", "signing-key", "--sk", "generate", "--role", "reader", "--allow-sub", "x.{{name()}}.>", "--bearer",
             "--subs", "10", "--description", "reads")
    (scope,) = claims(operator, "account")["nats"]["signing_keys"]
    assert scope["kind"] == "user_scope" and scope["role"] == "reader" and scope["description"] == "reads"
    assert scope["template"] == {
        "pub": {}, "sub": {"allow": ["x.{{name()}}.>"]}, "subs": 10, "data": -1, "payload": -1, "bearer_token": True}
    operator("add", "user", "u", "-K", "reader")
    body = claims(operator, "user", "u")
    assert body["iss"] == scope["key"]
    assert body["nats"] == {
        "pub": {}, "sub": {}, "issuer_account": claims(operator, "account")["sub"], "type": "user", "version": 2}
    refused = operator("add", "user", "v", "-K", "reader", "--allow-pub", "x", exits=1)
    assert "scoped users require no permissions or limits set" in refused.stderr
    operator("edit", "signing-key", "--sk", "reader", "--bearer=false", "--rm", "x.{{name()}}.>", "--deny-pub", ">")
    (scope,) = claims(operator, "account")["nats"]["signing_keys"]
    assert scope["template"] == {"pub": {"deny": [">"]}, "sub": {}, "subs": 10, "data": -1, "payload": -1}
    operator("edit", "user", "u", "--tag", "t")
    assert claims(operator, "user", "u")["iss"] == scope["key"]
    operator("validate")


def test_credentials(operator):
    operator("add", "user", "u", "--creds", "u.creds")
    text = (operator.folder / "u.creds").read_text()
    assert operator("generate", "creds", "-n", "u", "-a", "A").stdout == text
    token = operator("describe", "user", "u", "-R").stdout.strip()
    assert text.startswith(f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n")
    assert re.search(r"-----BEGIN USER NKEY SEED-----\nSU[A-Z2-7]{56}\n------END USER NKEY SEED------\n", text)
    operator("generate", "creds", "u", "-o", "again.creds")
    assert (operator.folder / "again.creds").read_text() == text
    for name in ("u.creds", "again.creds"):
        assert stat.S_IMODE((operator.folder / name).stat().st_mode) == 0o600
    assert decoded(operator("describe", "jwt", "-f", "u.creds", "-R").stdout) == claims(operator, "user", "u")


# Exports and imports


def test_exports(operator):
    operator("add", "export", "--subject", "s.>", "--name", "S")
    operator("add", "export", "-s", "q.*", "-r", "-p", "--response-type", "stream", "--response-threshold", "2s",
             "--latency", "lat", "--sampling", "headers", "--account-token-position", "2")
    service, stream = claims(operator, "account")["nats"]["exports"]
    assert stream == {"name": "S", "subject": "s.>", "type": "stream"}
    assert service == {
        "name": "q.*", "subject": "q.*", "type": "service", "token_req": True, "response_type": "Stream",
        "response_threshold": 2_000_000_000, "service_latency": {"sampling": "headers", "results": "lat"},
        "account_token_position": 2}
    operator("add", "export", "-s", "s.a", exits=1)
    operator("edit", "export", "-s", "q.*", "--private=false", "--rm-latency-sampling", "--description", "ask")
    service, _ = claims(operator, "account")["nats"]["exports"]
    assert "token_req" not in service and "service_latency" not in service and service["description"] == "ask"
    operator("delete", "export", "-s", "q.*")
    assert [export["subject"] for export in claims(operator, "account")["nats"]["exports"]] == ["s.>"]


def test_imports(operator):
    operator("add", "account", "B")
    operator("add", "export", "-a", "A", "-s", "s.>")
    operator("add", "export", "-a", "A", "-s", "q.*", "--service", "--private")
    operator("add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "s.x", "--local-subject", "mine")
    operator("generate", "activation", "-a", "A", "-s", "q.x", "-t", "B", "-o", "q.jwt", "--expiry", "1y")
    source, importer = claims(operator, "account", "A")["sub"], claims(operator, "account", "B")["sub"]
    activation = decoded(operator("describe", "jwt", "-f", "q.jwt", "-R").stdout)
    assert activation["sub"] == importer and activation["iss"] == source and "exp" in activation
    assert activation["nats"] == {"subject": "q.x", "kind": "service", "type": "activation", "version": 2}

    operator("add", "import", "-a", "B", "--token", "q.jwt", "--name", "Q", "--share")
    private, public = claims(operator, "account", "B")["nats"]["imports"]
    assert public == {"name": "s.x", "subject": "s.x", "account": source, "local_subject": "mine", "type": "stream"}
    token = private.pop("token")
    assert private == {"name": "Q", "subject": "q.x", "account": source, "type": "service", "share": True}
    assert decoded(token) == activation

    # The same, handed over as text.
    operator("delete", "import", "-a", "B", "-s", "q.x")
    operator("add", "import", "-a", "B", "--token", (operator.folder / "q.jwt").read_text())
    assert [taken["subject"] for taken in claims(operator, "account", "B")["nats"]["imports"]] == ["q.x", "s.x"]
    operator("validate", "-A")


# Revocations


def test_revocations(operator):
    operator("add", "user", "u")
    user = claims(operator, "user", "u")
    operator("revocations", "add-user", "-n", "u")
    revocations = claims(operator, "account")["nats"]["revocations"]
    assert revocations == {user["sub"]: revocations[user["sub"]]} and revocations[user["sub"]] >= user["iat"]
    operator("edit", "user", "u", "--tag", "t")
    assert claims(operator, "user", "u")["iat"] > revocations[user["sub"]]
    (row,) = operator.rows("revocations", "list-users")
    assert row["public_key"] == user["sub"] and row["name"] == "u" and row["revoked_at"] == revocations[user["sub"]]
    operator("revocations", "add-user", "*", "--at", "1000")
    assert claims(operator, "account")["nats"]["revocations"]["*"] == 1000
    operator("revocations", "delete-user", "-u", user["sub"])
    operator("revocations", "delete-user", "*")
    assert "revocations" not in claims(operator, "account")["nats"]
    operator("revocations", "delete-user", "u", exits=1)


def test_deleting_a_user_revokes_only_when_that_is_said(operator):
    for name in ("u", "v"):
        operator("add", "user", name)
    key = claims(operator, "user", "v")["sub"]
    assert "go on working" in operator("delete", "user", "u").stderr
    assert "revocations" not in claims(operator, "account")["nats"]
    operator("delete", "user", "v", "--revoke", "--dry-run")
    assert [row["name"] for row in operator.rows("list", "users")] == ["v"]
    operator("delete", "user", "v", "-R", "-D", "-C")
    assert list(claims(operator, "account")["nats"]["revocations"]) == [key]
    assert operator.rows("list", "users") == []


def test_twenty_processes_lose_no_revocation(operator):
    keys = [operator("generate", "nkey", "-u").stdout.split()[1] for _ in range(20)]
    running = [operator.start("revocations", "add-user", "-a", "A", "-u", key) for key in keys]
    for process in running:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    assert sorted(claims(operator, "account")["nats"]["revocations"]) == sorted(keys)
    operator("validate")


def test_twenty_first_processes_make_one_directory(chancery):
    running = [chancery.start("add", "operator", f"O{number}") for number in range(20)]
    for process in running:
        _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    assert len(chancery.rows("list", "operators")) == 20
    for number in range(20):
        chancery("add", "account", "A", "--operator", f"O{number}")


# Mappings


def test_mappings(operator):
    operator("add", "mapping", "--from", "a", "--to", "b", "--weight", "40")
    operator("add", "mapping", "-a", "A", "-f", "a", "-t", "c", "--weight", "60")
    operator("add", "mapping", "-f", "a", "-t", "d", "--cluster", "east")
    operator("add", "mapping", "-f", "x.*", "-t", "y.$1")
    assert claims(operator, "account")["nats"]["mappings"] == {
        "a": [{"subject": "b", "weight": 40}, {"subject": "c", "weight": 60}, {"subject": "d", "cluster": "east"}],
        "x.*": [{"subject": "y.$1"}]}
    assert "exceeds 100%" in operator("add", "mapping", "-f", "a", "-t", "e", "--weight", "1", exits=1).stderr
    operator("add", "mapping", "-f", "a", "-t", "b", "--weight", "30")
    assert claims(operator, "account")["nats"]["mappings"]["a"][0] == {"subject": "b", "weight": 30}
    operator("delete", "mapping", "-f", "a", "-t", "b")
    operator("delete", "mapping", "--from", "a", "--cluster", "east")
    operator("delete", "mapping", "-a", "A", "--from", "x.*", "--dry-run")
    assert claims(operator, "account")["nats"]["mappings"] == {
        "a": [{"subject": "c", "weight": 60}], "x.*": [{"subject": "y.$1"}]}
    operator("delete", "mapping", "-f", "a", "--to", "nothing", exits=1)
    operator("delete", "mapping", "-f", "a")
    operator("delete", "mapping", "-f", "x.*")
    assert "mappings" not in claims(operator, "account")["nats"]
    operator("add", "mapping", "-f", "a", "-t", "b", "--weight", "101", exits=2)


# Deleting accounts


def keys(chancery, *words):
    """The keys that the directory lists, by their text."""
    return {row["public_key"]: row for row in chancery.rows("list", "keys", *words)}


def test_deleting_an_account_revokes_its_users_and_leaves_their_seeds(operator):
    operator("add", "user", "u")
    key, user = claims(operator, "account", "A")["sub"], claims(operator, "user", "u")["sub"]
    operator("delete", "account", "A", "--dry-run")
    answer = json.loads(operator("delete", "account", "A", "--json").stdout)
    assert {(change["action"], change["kind"], change["name"]) for change in answer["changes"]} >= {
        ("added", "revocation", "*"), ("deleted", "user", "u"), ("deleted", "account", "A")}
    assert any(f"--account-removal {key}" in warning for warning in answer["warnings"])
    assert operator.rows("list", "accounts") == []
    left = keys(operator, "--not-referenced")
    assert {key, user} == set(left) and all(row["has_seed"] for row in left.values())


def test_deleting_an_account_with_its_keys(operator):
    operator("edit", "account", "A", "--sk", "generate")
    operator("add", "user", "u")
    operator("add", "account", "B")
    operator("add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "x")
    told = operator("delete", "account", "-n", "A", "-D", "-C", "-R=false")
    assert '"B" still imports "x"' in told.stderr and "revocation" not in told.stderr
    assert not any(row["has_seed"] for row in keys(operator, "--not-referenced").values())
    # The name is free again, and so is the key.
    operator("add", "account", "A")
    operator("validate", "-A")


def test_the_system_account_is_deleted_only_by_force(chancery):
    chancery("add", "operator", "O", "--sys")
    chancery("delete", "account", "SYS", exits=1)
    chancery("delete", "account", "SYS", "--force")
    assert chancery.rows("list", "accounts") == []


# Activations


def test_activation_revocations(operator):
    operator("add", "account", "B")
    importer = claims(operator, "account", "B")["sub"]
    operator("add", "export", "-a", "A", "-s", "s.>", "-p")
    operator("add", "export", "-a", "A", "-s", "q", "-p", "-r")
    operator("generate", "activation", "-a", "A", "-s", "q", "-t", "B", "-o", "q.jwt")
    issued = decoded(operator("describe", "jwt", "-f", "q.jwt", "-R").stdout)["iat"]
    operator("revocations", "add_activation", "-a", "A", "-t", "B", exits=1)
    operator("revocations", "add_activation", "-a", "A", "--service", "-t", "B")
    operator("revocations", "add_activation", "-a", "A", "-s", "s.>", "-t", "*", "--at", "1000")
    service, stream = claims(operator, "account", "A")["nats"]["exports"]
    assert list(service["revocations"]) == [importer] and service["revocations"][importer] >= issued
    assert stream["revocations"] == {"*": 1000}
    rows = operator.rows("revocations", "list_activations", "-a", "A")
    assert [(row["subject"], row["target_account"], row.get("name")) for row in rows] == [
        ("q", importer, "B"), ("s.>", "*", None)]
    assert len(operator.rows("revocations", "list_activations", "-a", "A", "--service")) == 1
    # What is issued afterwards counts again.
    operator("generate", "activation", "-a", "A", "-s", "q", "-t", "B", "-o", "q.jwt")
    assert decoded(operator("describe", "jwt", "-f", "q.jwt", "-R").stdout)["iat"] > service["revocations"][importer]
    operator("revocations", "delete_activation", "-a", "A", "--service=false", "-t", "*")
    operator("revocations", "delete_activation", "-a", "A", "-s", "q", "-t", importer)
    assert not any("revocations" in export for export in claims(operator, "account", "A")["nats"]["exports"])
    operator("revocations", "delete_activation", "-a", "A", "-s", "q", "-t", "B", exits=1)


# Callouts


def test_authentication_callouts(operator):
    operator("add", "account", "B")
    operator("add", "user", "gate", "-a", "A")
    gate, other = claims(operator, "user", "gate", "-a", "A")["sub"], claims(operator, "account", "B")["sub"]
    operator("edit", "authcallout", "-a", "A", "--auth-user", "gate", "--allowed-account", "B", "--curve", "generate")
    block = claims(operator, "account", "A")["nats"]["authorization"]
    assert block["auth_users"] == [gate] and block["allowed_accounts"] == [other]
    assert keys(operator, "-x")[block["xkey"]]["has_seed"] and not keys(operator, "-x", "--not-referenced")
    operator("edit", "authcallout", "-a", "A", "--rm-allowed-account", "B", "--allowed-account", "*", "--rm-curve")
    assert claims(operator, "account", "A")["nats"]["authorization"] == {"auth_users": [gate], "allowed_accounts": ["*"]}
    operator("edit", "authcallout", "-a", "A", "--rm-auth-user", "gate", exits=1)
    operator("edit", "authcallout", "-a", "A", "-x", block["xkey"])
    assert claims(operator, "account", "A")["nats"]["authorization"]["xkey"] == block["xkey"]
    operator("edit", "authcallout", "-a", "A", "--disable")
    assert claims(operator, "account", "A")["nats"]["authorization"] == {}
    operator("edit", "authcallout", "-a", "A", exits=1)


# Beginning and renewing


def test_init_makes_everything_at_once(chancery):
    chancery("init", "--name", "ACME", "--dir", "place", "--creds", "acme.creds")
    within = ("-H", "place")
    nats = claims(chancery, "operator", *within)["nats"]
    assert nats["operator_service_urls"] == ["nats://localhost:4222"]
    assert nats["account_server_url"] == "nats://localhost:4222" and len(nats["signing_keys"]) == 1
    assert {row["name"] for row in chancery.rows("list", "accounts", *within)} == {"ACME", "SYS"}
    user = claims(chancery, "user", "ACME", "-a", "ACME", *within)
    assert decoded(chancery("describe", "jwt", "-f", "acme.creds", "-R").stdout) == user
    chancery("validate", "-A", *within)


def test_expirations(operator):
    operator("edit", "account", "A", "--expiry", "2w")
    operator("add", "user", "old")
    operator("edit", "user", "old", "--expiry", "5s")
    time.sleep(6)
    operator("add", "user", "late", "--expiry", "2y")
    operator("add", "user", "ever")
    rows = {row["name"]: row for row in operator.rows("expirations")}
    assert {name: row["state"] for name, row in rows.items()} == {
        "O": "never ends", "O/A": "ends soon", "O/A/old": "expired", "O/A/late": "valid", "O/A/ever": "never ends"}
    assert time.time() - 60 < rows["O/A/old"]["expires"] < time.time() and rows["O/A/old"]["kind"] == "user"
    assert {row["name"] for row in operator.rows("expirations", "--within", "1d", "--skip")} == {"O/A/old"}
    assert {row["name"] for row in operator.rows("expirations", "-e", "3y", "--skip")} == {"O/A", "O/A/old", "O/A/late"}
    assert "ends soon" in operator("expirations").stdout


def test_renaming_an_account(operator):
    operator("add", "user", "u")
    before = claims(operator, "account", "A")
    operator("rename", "account", "A", "B", "--OK")
    after = claims(operator, "account", "B")
    assert after["sub"] == before["sub"] and after["name"] == "B" and after["iat"] > before["iat"]
    assert [row["name"] for row in operator.rows("list", "users", "-a", "B")] == ["u"]
    operator("describe", "account", "A", exits=1)
    operator("add", "account", "C")
    operator("rename", "account", "C", "B", exits=1)
    operator("rename", "account", "C", "x/y", exits=1)


@pytest.mark.parametrize("convert", [False, True])
def test_reissuing_an_operator(operator, convert):
    before, account = claims(operator, "operator"), claims(operator, "account", "A")
    operator("reissue", "operator", "O", *["--convert-to-signing-key"] * convert, "--dry-run")
    assert claims(operator, "operator") == before
    operator("reissue", "operator", "-n", "O", *["--convert-to-signing-key"] * convert)
    after, signed = claims(operator, "operator"), claims(operator, "account", "A")
    assert after["sub"] != before["sub"] and after["iss"] == after["sub"] and after["name"] == "O"
    if convert:
        assert after["nats"]["signing_keys"] == [before["sub"]] and signed == account
    else:
        assert "signing_keys" not in after["nats"] and signed["iss"] == after["sub"] and signed["sub"] == account["sub"]
    operator("validate", "-A")
    operator("add", "account", "B")
    operator("add", "user", "u", "-a", "A")


# Keys and tokens from and to elsewhere


def test_keys_go_out_and_come_in(operator, chancery, tmp_path):
    operator("add", "user", "u")
    operator("edit", "account", "A", "--sk", "generate")
    everything = keys(operator)
    assert set(keys(operator, "--account", "A")) == {
        key for key, row in everything.items() if row["kind"] in ("account", "user")}
    assert [row["name"] for row in keys(operator, "--user", "u").values()] == ["u"]
    (operator_key,) = keys(operator, "-o")
    assert set(keys(operator, "--filter", operator_key[5:20])) == {operator_key}
    shown = dict(line.split() for line in operator("list", "keys", "-A", "--show-seeds").stdout.splitlines())
    assert set(shown) == set(everything) and all(seed.startswith("S" + key[0]) for key, seed in shown.items())
    assert {row["public_key"]: row["seed"] for row in operator.rows("list", "keys", "-S")} == shown

    operator("export", "keys", "--all", "--dir", "out", "--include-jwts")
    files = {path.stem: path for path in (operator.folder / "out").glob("*.nk")}
    assert {key: path.read_text().strip() for key, path in files.items()} == shown
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files.values())
    assert len(list((operator.folder / "out").glob("*.jwt"))) == 3
    operator("export", "keys", "--users", "--dir", "out", exits=1)
    operator("export", "keys", "--users", "--dir", "out", "--force", "--remove")
    assert operator("generate", "creds", "u", exits=1).stdout == ""
    (operator.folder / "out" / "nonsense.nk").write_text("nonsense")
    assert "nonsense.nk" in operator("import", "keys", "--dir", "out", exits=1).stderr
    operator("generate", "creds", "u")

    nested = operator.folder / "nest" / "a"
    nested.mkdir(parents=True)
    files[operator_key].rename(nested / "k.nk")
    other = ("-H", str(tmp_path / "other"))
    operator("import", "keys", "-d", "nest", *other)
    assert operator.rows("list", "keys", *other) == []
    operator("import", "keys", "-d", "nest", "--recurse", *other)
    (row,) = operator.rows("list", "keys", *other)
    assert row["public_key"] == operator_key and row["has_seed"] and row["purpose"] == "stored"


@pytest.mark.parametrize("words, kinds", [
    (("-a",), "A"), (("-u",), "U"), (("-o",), "O"), (("--curves",), "X"), (("--account", "A"), "AU"),
    (("--user", "u"), "U"), (("--not-referenced",), "X"), (("-f", "u"), "U"), (("-A",), "AOUX")])
def test_only_the_keys_that_are_named_go_out(operator, words, kinds):
    operator("add", "user", "u")
    curve = operator("generate", "nkey", "-x", "--store").stdout.strip()
    operator("export", "keys", "-d", "out", *words)
    assert sorted(path.name[0] for path in (operator.folder / "out").iterdir()) == list(kinds)
    operator("export", "keys", "-d", "one", "--curve", curve)
    assert [path.stem for path in (operator.folder / "one").iterdir()] == [curve]


def test_tokens_come_in(operator, tmp_path):
    operator("add", "user", "u", "--creds", "u.creds")
    operator("describe", "account", "A", "-R", "-o", "A.jwt")
    before = claims(operator, "account", "A")
    operator("delete", "account", "A")
    operator("import", "account", "--file", "A.jwt", "--dry-run")
    operator("import", "account", "-j", "A.jwt")
    assert claims(operator, "account", "A") == before
    operator("import", "user", "--file", "u.creds")
    operator("import", "user", "-f", "u.creds")
    assert operator("generate", "creds", "u", "-a", "A").stdout == (operator.folder / "u.creds").read_text()
    # Nothing here is replaced without a word, and nothing goes back in time.
    operator("edit", "account", "A", "--tag", "t")
    operator("import", "account", "-j", "A.jwt", exits=1)
    operator("import", "account", "-j", "A.jwt", "--overwrite", exits=1)
    operator("import", "account", "-j", "A.jwt", "--overwrite", "--force")
    assert claims(operator, "account", "A") == before
    operator("edit", "user", "u", "-a", "A", "--tag", "t")
    operator("import", "user", "-f", "u.creds", exits=1)


def test_a_foreign_account_is_signed_again(operator):
    other = ("-H", "other")
    operator("add", "operator", "P", *other)
    operator("add", "account", "B", *other)
    operator("edit", "account", "B", "--expiry", "5s", *other)
    time.sleep(6)
    operator("describe", "account", "B", "-R", "-o", "B.jwt", *other)
    assert "not valid" in operator("import", "account", "-j", "B.jwt", exits=1).stderr
    assert "another operator" in operator("import", "account", "-j", "B.jwt", "--skip", exits=1).stderr
    operator("import", "account", "-j", "B.jwt", "--skip", "--force", "-K", "O", exits=1)
    operator("edit", "account", "B", "--expiry", "0", *other)
    operator("describe", "account", "B", "-R", "-o", "B.jwt", *other)
    operator("import", "account", "-j", "B.jwt", "--force")
    body = claims(operator, "account", "B")
    assert body["iss"] == claims(operator, "operator")["sub"] and body["sub"] == claims(operator, "account", "B", *other)["sub"]
    operator("import", "user", "-f", "B.jwt", exits=1)


# What other programs get


def test_a_context_for_the_nats_program(operator):
    operator("edit", "operator", "-n", "nats://h:1,nats://h:2")
    operator("add", "user", "u")
    operator("generate", "context", "-a", "A", "-u", "u", "--context", "ctx", XDG_CONFIG_HOME=str(operator.folder / "config"))
    file = operator.folder / "config" / "nats" / "context" / "ctx.json"
    context = json.loads(file.read_text())
    assert context["url"] == "nats://h:1,nats://h:2" and context["description"] == "O/A/u"
    assert open(context["creds"]).read() == operator("generate", "creds", "u").stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_profile_for_other_programs(operator):
    operator("edit", "operator", "-n", "nats://h:1")
    operator("add", "user", "u")
    profile = json.loads(operator("generate", "profile", "nsc://O/A/u?names&keys&store&keystore", "--creds", "u.creds").stdout)
    assert profile["operator"] == {
        "service": ["nats://h:1"], "name": "O", "id": claims(operator, "operator")["sub"]}
    assert profile["account"] == {"name": "A", "id": claims(operator, "account")["sub"]}
    assert profile["user"]["name"] == "u" and profile["user_creds"] == "u.creds"
    assert profile["store"].endswith("directory.sqlite") and profile["keystore"].endswith("keyring.key")
    assert (operator.folder / "u.creds").exists()
    operator("generate", "profile", "nsc://O?seeds", exits=2)
    operator("generate", "profile", "nsc://O?seeds", "--output-file", "p.json")
    assert re.fullmatch("SO[A-Z2-7]{56}", json.loads((operator.folder / "p.json").read_text())["operator"]["seed"])
    operator("generate", "profile", "O", exits=2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(chancery, shell):
    assert "expirations" in chancery("completion", shell).stdout
    chancery("completion", "tcsh", exits=2)


# How commands answer


def test_lists_are_one_object_a_line(operator):
    operator("add", "user", "u")
    for kind, name in (("operators", "O"), ("accounts", "A"), ("users", "u")):
        (row,) = operator.rows("list", kind)
        assert row["name"] == name and len(row["public_key"]) == 56
    keys = operator.rows("list", "keys")
    assert sorted(key["kind"] for key in keys) == ["account", "operator", "user"]
    assert all(key["has_seed"] and key["purpose"] == "identity" for key in keys)


def test_describing(operator):
    body = claims(operator, "account", "A")
    assert json.loads(operator("describe", "account", "A", "--json").stdout) == body
    assert json.loads(operator("describe", "account", body["sub"], "-J").stdout) == body
    assert json.loads(operator("describe", "account", "--field", "nats.limits.conn").stdout) == -1
    assert json.loads(operator("describe", "operator", "-F", "name").stdout) == "O"
    operator("describe", "account", "-F", "nats.nothing", exits=1)
    table = operator("describe", "account", COLUMNS="60").stdout
    assert "Max Connections" in table and max(map(len, table.splitlines())) <= 60


def test_changes_are_told_to_people_on_stderr_and_to_machines_on_stdout(operator):
    told = operator("add", "user", "u")
    assert told.stdout == "" and "u" in told.stderr
    answer = operator("add", "user", "v", "-J")
    assert answer.stderr == ""
    (change,) = json.loads(answer.stdout)["changes"]
    assert change["action"] == "added" and change["kind"] == "user" and change["name"] == "v"
    assert change["public_key"] == claims(operator, "user", "v")["sub"] and re.fullmatch("[0-9a-f]{64}", change["version"])


@pytest.mark.parametrize("words", [
    ("bogus",), ("add", "bogus"), ("add", "user"), ("add", "account", "B", "--expiry", "soon"),
    ("edit", "account", "A", "--conns", "many"), ("edit", "user", "u", "--bearer=maybe"), ("generate", "config"),
    ("add", "export"), ("push", "--timeout", "0"), ("describe", "jwt"), ("revocations", "add-user")])
def test_wrong_usage_exits_with_2(operator, words):
    told = operator(*words, exits=2)
    assert told.stdout == "" and told.stderr.startswith("error: ")


@pytest.mark.parametrize("words", [
    ("add", "operator", "O"), ("add", "account", "A"), ("add", "account", "a/b"), ("add", "user", "u", "-a", "B"),
    ("describe", "user", "nobody"), ("edit", "user", "u"), ("add", "user", "u", "-K", "norole"),
    ("add", "user", "u", "--source-network", "nonsense"), ("describe", "jwt", "-f", "missing"),
    ("add", "user", "u", "-k", "UNSENSE"), ("push", "-u", "nats://127.0.0.1:1"), ("tool", "pub", "x")])
def test_refusals_exit_with_1(operator, words):
    told = operator(*words, exits=1)
    assert told.stdout == "" and told.stderr.startswith("error: ")


def test_every_help_ends_with_an_example(chancery):
    def leaves(*path):
        text = chancery(*path, "--help").stdout
        commands = re.findall(r"^  ([a-z_-]+)(?:, [a-z_-]+)*(?: |$)", text.partition("SUBCOMMANDS:")[2].partition("\n\n")[0], re.M)
        assert "EXAMPLE" in text, f"{path} has no example"
        for command in commands:
            if (*path, command) != ("broker",):
                yield from leaves(*path, command)
        if not commands:
            assert text.rstrip().splitlines()[-1].strip().startswith("chancery "), path
            yield path

    assert len(list(leaves())) >= 30


def test_a_home_may_stand_anywhere(chancery):
    chancery("-H", "elsewhere", "add", "operator", "O")
    chancery("add", "account", "A", "--all-dirs", "elsewhere")
    assert {path.name for path in (chancery.folder / "elsewhere").iterdir()} >= {"directory.sqlite", "keyring.key"}
    assert not chancery.home.exists()


def test_only_the_owner_can_read_the_home(operator):
    assert stat.S_IMODE(operator.home.stat().st_mode) == 0o700
    for path in operator.home.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_without_its_key_file_the_keyring_stays_shut(operator):
    (operator.home / "keyring.key").rename(operator.folder / "aside")
    told = operator("add", "user", "u", exits=1)
    assert "keyring.key is missing" in told.stderr
    assert not (operator.home / "keyring.key").exists()
    (operator.folder / "aside").rename(operator.home / "keyring.key")
    operator("add", "user", "u")


def test_selecting(operator):
    operator("add", "account", "B")
    operator("add", "user", "u")
    assert [row["name"] for row in operator.rows("list", "users", "-a", "B")] == ["u"]
    operator("select", "account", "A")
    operator("add", "user", "v")
    assert [row["name"] for row in operator.rows("list", "users", "-a", "A")] == ["v"]
    (environment,) = operator.rows("env", "-a", "B")
    assert environment["operator"] == "O" and environment["account"] == "B"
    assert environment["home"] == str(operator.home)
    operator("select", "account", "C", exits=1)


def test_validating(operator):
    operator("validate")
    operator("edit", "account", "A", "--expiry", "5s")
    time.sleep(6)
    (finding,) = [json.loads(line) for line in operator("validate", "-J", exits=1).stdout.splitlines()]
    assert finding["kind"] == "account" and finding["level"] == "time" and finding["message"] == "claim is expired"


def test_generated_keys(chancery):
    for flag, letter in (("-o", "O"), ("-a", "A"), ("-u", "U"), ("-x", "X")):
        seed, public = chancery("generate", "nkey", flag).stdout.split()
        assert re.fullmatch(f"S{letter}[A-Z2-7]{{56}}", seed) and re.fullmatch(f"{letter}[A-Z2-7]{{55}}", public)
    assert not chancery.home.exists()
    kept = chancery("generate", "nkey", "-u", "--store").stdout.strip()
    (row,) = chancery.rows("list", "keys", "--not-referenced")
    assert row["public_key"] == kept and row["has_seed"]


# Servers


@pytest.fixture
def served(operator, tmp_path, engine):
    """A server that trusts what `operator` holds."""
    from peers import Server

    operator("edit", "account", "A")
    operator("add", "account", "S")
    operator("edit", "operator", "--system-account", "S")
    operator("add", "user", "sender", "-a", "A", "--allow-pub", "s.>", "--allow-sub", "_INBOX.>")
    operator("add", "user", "receiver", "-a", "A")
    operator("select", "account", "A")
    configuration = operator("generate", "config", "--mem-resolver").stdout
    server = Server(engine, tmp_path / "server", lambda port: f'listen: "127.0.0.1:{port}"\n{configuration}')
    yield server
    server.stop()


def listening(process):
    """Waits until a listener says that it listens."""
    line = process.stderr.readline()
    assert line.startswith("listening on "), line + process.stderr.read()
    return process


def test_publishing_and_subscribing(operator, served):
    to = ("--nats", served.url, "-u", "receiver")
    people = listening(operator.start("tool", "sub", "s.>", *to, "--max-messages", "2"))
    machines = listening(operator.start("tool", "sub", "s.>", *to, "--max-messages", "2", "--json"))
    operator("tool", "pub", "s.a", "hello", "--nats", served.url, "-u", "sender", "--header", "Name: value")
    operator("tool", "pub", "s.b", "two\nlines", "--nats", served.url, "-u", "sender")
    lines = people.communicate(timeout=20)[0].splitlines()
    assert len(lines) == 2 and "s.a" in lines[0] and "hello" in lines[0]
    first, second = map(json.loads, machines.communicate(timeout=20)[0].splitlines())
    assert first == {"subject": "s.a", "payload": "hello", "headers": {"Name": ["value"]}}
    assert second["payload"] == "two\nlines"
    assert people.returncode == machines.returncode == 0


def test_a_refused_publication_is_reported(operator, served):
    told = operator("tool", "pub", "other", "x", "--nats", served.url, "-u", "sender", exits=1)
    assert 'Permissions Violation for Publish to "other"' in told.stderr
    told = operator("tool", "sub", "other", "--nats", served.url, "-u", "sender", exits=1)
    assert 'Permissions Violation for Subscription to "other"' in told.stderr


def test_requests(operator, served):
    as_sender = ("--nats", served.url, "-u", "sender")
    assert "no responders" in operator("tool", "req", "s.q", "x", *as_sender, exits=1).stderr
    echo = listening(operator.start("tool", "reply", "s.q", "--nats", served.url, "-u", "receiver", "--max-messages", "1"))
    assert operator("tool", "req", "s.q", "ping", *as_sender).stdout == "ping\n"
    assert echo.wait(20) == 0
    fixed = listening(operator.start("tool", "reply", "s.q", "pong", "--nats", served.url, "-u", "receiver", "--max-messages", "1"))
    assert operator("tool", "req", "s.q", "ping", *as_sender).stdout == "pong\n"
    assert fixed.wait(20) == 0


def test_a_pushed_revocation_cuts_the_user_off(operator, served):
    listener = listening(operator.start("tool", "sub", "s.>", "--nats", served.url, "-u", "receiver"))
    operator("revocations", "add-user", "receiver")
    answer = json.loads(operator("push", "-u", served.url, "--json").stdout)
    assert answer["account"] == "A" and answer["complete"] and answer["expected"] == 1
    _, complaint = listener.communicate(timeout=20)
    assert listener.returncode == 1 and "error: " in complaint and "Revoked" in complaint
    assert "Authorization Violation" in operator(
        "tool", "pub", "s.a", "--nats", served.url, "-u", "receiver", exits=1).stderr
    # What is issued afterwards counts again.
    operator("edit", "user", "receiver", "--tag", "again")
    operator("tool", "pub", "s.a", "--nats", served.url, "-u", "receiver")
