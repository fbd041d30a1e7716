"""Keys and tokens across the border: what others write is read here, and our keys are keys to others."""

import base64
import json
import time

import nacl.public
import nacl.signing
import nkeys
import pytest

import issuer
from issuer import Credentials, Key
from peers import Server
from wire import Connection

KINDS = ("operator", "account", "user")


def raw(text):
    """The bytes of a key's text, checksum checked and left away."""
    decoded = base64.b32decode(text + "=" * (-len(text) % 8))
    assert nkeys.crc16(bytearray(decoded[:-2])) == int.from_bytes(decoded[-2:], "little")
    return decoded[:-2]


@pytest.mark.parametrize("kind", KINDS)
def test_another_library_reads_our_keys(chancery, kind):
    seed, public = chancery("generate", "nkey", f"--{kind}").stdout.split()
    pair = nkeys.from_seed(bytearray(seed.encode()))
    assert pair.public_key.decode() == public
    assert issuer.public_bytes(public, kind) == bytes(nacl.signing.SigningKey(raw(seed)[2:]).verify_key)


def test_another_library_reads_our_curve_keys(chancery):
    seed, public = chancery("generate", "nkey", "--curve").stdout.split()
    assert seed.startswith("SX") and raw(public)[0] == 23 << 3
    assert raw(public)[1:] == bytes(nacl.public.PrivateKey(raw(seed)[2:]).public_key)


def foreign():
    """A token of each type from an issuer of its own, and who they are about."""
    operator, signer, account, user = (Key.new(kind) for kind in ("operator", "operator", "account", "user"))
    limits = {"subs": -1, "data": -1, "payload": -1}
    tokens = {
        "operator": issuer.encode(
            {"sub": operator.public, "name": "OTHER é <&>", "nats": {
                "signing_keys": [signer.public], "operator_service_urls": ["tls://n1.example.com"], "tags": ["a:b"],
                "type": "operator"}}, operator),
        "account": issuer.encode(
            {"sub": account.public, "name": "A", "exp": int(time.time()) + 1000, "nats": {
                "exports": [{"name": "news", "subject": "news.>", "type": "stream", "token_req": True}],
                "limits": {**limits, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1},
                "signing_keys": [{"kind": "user_scope", "key": Key.new("account").public, "role": "r", "template": {
                    "pub": {"allow": ["a.{{name()}}"]}, "sub": {}, **limits}, "description": ""}],
                "default_permissions": {"pub": {}, "sub": {}}, "authorization": {}, "type": "account"}}, signer),
        "user": issuer.encode(
            {"sub": user.public, "name": "u", "nats": {
                "pub": {"allow": ["a.>"], "deny": ["a.b"]}, "sub": {}, "resp": {"max": 1, "ttl": 5}, **limits,
                "tags": ["x"], "type": "user"}}, account),
        "activation": issuer.encode(
            {"sub": Key.new("account").public, "name": "news", "nats": {
                "subject": "news.a", "kind": "stream", "type": "activation"}}, account),
    }
    return tokens, account, user


def test_tokens_of_others_are_read_as_they_are(chancery, tmp_path):
    tokens, _, _ = foreign()
    for name, token in tokens.items():
        file = tmp_path / f"{name}.jwt"
        file.write_text(f"{token}\n")
        assert json.loads(chancery("describe", "jwt", "--file", file, "--json").stdout) == issuer.read(token)
        assert chancery("describe", "jwt", "--file", file, "--raw").stdout.strip() == token
        chancery("validate", "--file", file)


def test_a_changed_token_of_others_is_refused(chancery, tmp_path):
    tokens, _, _ = foreign()
    header, payload, signature = tokens["user"].split(".")
    claims = issuer.read(tokens["user"]) | {"name": "somebody else"}
    file = tmp_path / "changed.jwt"
    file.write_text(f"{header}.{issuer.base64url(issuer.compact(claims))}.{signature}")
    for command in ("describe", "jwt"), ("validate",):
        assert "signature" in chancery(*command, "--file", file, exits=1).stderr


def test_credentials_of_others_are_read(chancery, tmp_path):
    tokens, _, user = foreign()
    credentials = Credentials(tokens["user"], user)
    file = tmp_path / "u.creds"
    for text in credentials.text(), credentials.text().replace("\n", "\r\n"), "\ufeff" + credentials.text():
        file.write_text(text, newline="")
        shown = chancery("describe", "jwt", "--file", file, "--json").stdout
        assert json.loads(shown)["sub"] == user.public and user.seed not in shown


def test_credentials_of_others_sign_in(chancery, tmp_path):
    """With the client that is built into the command line, at nats-server."""
    operator, account, user = Key.new("operator"), Key.new("account"), Key.new("user")
    limits = {"subs": -1, "data": -1, "payload": -1}
    own = issuer.encode({"sub": operator.public, "name": "O", "nats": {"type": "operator"}}, operator)
    owned = issuer.encode({"sub": account.public, "name": "A", "nats": {
        "limits": {**limits, "conn": -1, "leaf": -1, "imports": -1, "exports": -1}, "type": "account"}}, operator)
    token = issuer.encode(
        {"sub": user.public, "name": "u", "nats": {"pub": {}, "sub": {}, **limits, "type": "user"}}, account)
    credentials = Credentials(token, user)
    file = tmp_path / "u.creds"
    file.write_text(credentials.text())
    server = Server("nats-server", tmp_path / "server", lambda port: (
        f"listen: 127.0.0.1:{port}\noperator: {own}\nresolver: MEMORY\nresolver_preload {{ {account.public}: {owned} }}"))
    try:
        connection = Connection(server.address).sign_in(credentials)
        connection.subscribe("greetings")
        connection.flush()
        chancery("tool", "pub", "greetings", "hello", "--creds", file, "--nats", server.url)
        assert connection.payloads() == ["hello"]
        connection.close()
    finally:
        server.stop()
