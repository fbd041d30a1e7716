"""Tokens that use every field there is: others read in them what was written.

The tokens under data/every-field come from fixed keys; a unit test holds them to what the program's own code writes.
"""

import base64
import hashlib
import json
import urllib.request
from pathlib import Path

import nacl.exceptions
import nacl.signing
import nkeys
import pytest

import issuer
from issuer import Credentials, Key
from peers import Server
from wire import Connection

FOLDER = Path(__file__).parent / "data" / "every-field"
TOKENS = {file.stem: file.read_text().strip() for file in FOLDER.glob("*.jwt")}
ACCOUNTS = ("account", "provider", "flat")
# Who signs what, the types that only servers and callouts exchange included.
SIGNERS = issuer.SIGNERS | {
    "authorization_request": "server", "authorization_response": "account", "chancery-settings": "operator"}


def key(kind, byte):
    """The pair whose raw seed is one byte 32 times, as in the unit test."""
    return Key(nkeys.encode_seed(bytes([byte]) * 32, issuer.PREFIXES[kind]).decode())


def identifier(claims):
    """`jti`, with the escapes that Go's JSON has besides those that all have."""
    common = {name: claims[name] for name in issuer.COMMON if name != "jti" and claims.get(name)}
    text = issuer.compact(common)
    for character in b"&<>":
        text = text.replace(bytes([character]), b"\\u00%02x" % character)
    return base64.b32encode(hashlib.new("sha512_256", text).digest()).rstrip(b"=").decode()


def verified(token):
    """The claims of a token, after a check of everything that can be checked without knowing the type's fields."""
    header, payload, signature = token.split(".")
    claims = json.loads(issuer.unbase64url(payload))
    assert issuer.unbase64url(header) == b'{"typ":"JWT","alg":"ed25519-nkey"}'
    assert claims["jti"] == identifier(claims)
    assert claims["nats"]["version"] == 2
    public = issuer.public_bytes(claims["iss"], SIGNERS[claims["nats"]["type"]])
    nacl.signing.VerifyKey(public).verify(f"{header}.{payload}".encode(), issuer.unbase64url(signature))
    return claims


@pytest.mark.parametrize("name", sorted(TOKENS))
def test_an_independent_verifier_takes_every_type(name):
    claims = verified(TOKENS[name])
    assert claims["iat"] == 1_700_000_000
    # One more character is another token.
    header, payload, signature = TOKENS[name].split(".")
    for changed in (f"{header}.{payload}A.{signature}", f"{header}A.{payload}.{signature}"):
        with pytest.raises((nacl.exceptions.BadSignatureError, AssertionError, ValueError)):
            verified(changed)


def test_the_keys_are_those_that_another_library_derives():
    assert verified(TOKENS["operator"])["sub"] == key("operator", 1).public
    assert verified(TOKENS["account"])["iss"] == key("operator", 2).public
    assert verified(TOKENS["member"])["sub"] == key("user", 30).public
    assert verified(TOKENS["request"])["iss"] == key("server", 20).public


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """What nats-server says about each account once somebody has signed in there."""
    folder = tmp_path_factory.mktemp("every-field")
    preload = "\n".join(f"  {verified(TOKENS[name])['sub']}: {TOKENS[name]}" for name in (*ACCOUNTS, "system"))

    def configure(port):
        return (
            f"debug: true\nlisten: 127.0.0.1:{port}\nhttp: 127.0.0.1:-1\njetstream {{ store_dir: '{folder}/store' }}\n"
            f"operator: {TOKENS['operator']}\nresolver: MEMORY\nresolver_preload {{\n{preload}\n}}")
    server = Server("nats-server", folder / "server", configure)
    try:
        # Callouts decide about everybody in the account but its own member.
        sign_in(server, Credentials(TOKENS["member"], key("user", 30)))
        for name, signer in (("flat", 16), ("provider", 15)):
            sign_in(server, visitor(key("account", signer), verified(TOKENS[name])["sub"]))
        # What an account cannot have is said here and nowhere else.
        assert "Error" not in server.log.read_text()
        (file,) = server._ports.glob("*.ports")
        monitoring = json.loads(file.read_text())["monitoring"][0]
        yield {name: detail(monitoring, verified(TOKENS[name])["sub"]) for name in ACCOUNTS}
    finally:
        server.stop()


def visitor(signer, account):
    user = Key.new("user")
    claims = {"sub": user.public, "name": "visitor", "nats": {
        "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1, "issuer_account": account, "type": "user",
        "version": 2}}
    return Credentials(issuer.encode(claims, signer), user)


def sign_in(server, credentials):
    connection = Connection(server.address)
    connection.sign_in(credentials)
    connection.close()


def detail(monitoring, account):
    with urllib.request.urlopen(f"{monitoring}/accountz?acc={account}", timeout=10) as answer:
        return json.load(answer)["account_detail"]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_nats_server_shows_back_what_was_written(accounts, name):
    shown = accounts[name]
    assert shown["jwt"] == TOKENS[name]
    assert shown["decoded_jwt"] == verified(TOKENS[name])


def test_nats_server_finds_nothing_wrong(accounts):
    assert not accounts["account"].get("validation_result_jwt")
    assert not accounts["flat"].get("validation_result_jwt")
    (warning,) = accounts["provider"]["validation_result_jwt"]
    assert warning["description"] == "the field to has been deprecated (use LocalSubject instead)"
    assert not warning["blocking"]


def test_nats_server_puts_it_to_use(accounts):
    shown = accounts["account"]
    assert shown["complete"] and not shown["expired"]
    assert {each["subject"] for each in shown["exports"]} == {
        "news.>", "own.*.events", "closed.>", "ask", "list.*", "big.*.get", "measured"}
    assert {each["local_subject"] for each in shown["imports"]} >= {
        "from.*.*", "ask.provider.*", "counted", "secret.*"}
    assert not any(each.get("invalid") for each in shown["imports"])
    assert set(shown["mappings"]) == {"orders.*", "near"}
    assert accounts["flat"]["jetstream_enabled"]
