"""An operator that is run elsewhere: its accounts sign themselves here, and come back signed by it."""

import pytest

import issuer
from test_command_line import claims, decoded
from test_nsc_lines import AccountServer


@pytest.fixture
def served():
    """An account server that signs for its operator R."""
    key = issuer.Key.new("operator")
    server = AccountServer(key=key)
    nats = {"type": "operator", "account_server_url": server.url}
    server.operator_token = issuer.encode({"name": "R", "sub": key.public, "nats": nats}, key)
    yield server
    server.stop()


def test_accounts_go_to_the_operator_and_come_back_signed(chancery, served):
    chancery("add", "operator", "--url", served.url)
    assert decoded(chancery("describe", "operator", "-R").stdout)["sub"] == served.key.public
    told = chancery("add", "account", "A")
    assert "has signed itself" in told.stderr and "chancery push --account A" in told.stderr
    before = claims(chancery, "account", "A")
    assert before["iss"] == before["sub"]
    chancery("add", "user", "u", "--creds", "u.creds")
    assert "missing" in chancery("push", "-a", "A", "--dry-run").stdout
    assert served.tokens == {}
    assert "pushed" in chancery("push", "-a", "A").stdout
    after = claims(chancery, "account", "A")
    assert after["iss"] == served.key.public and after["sub"] == before["sub"] and after["nats"] == before["nats"]
    chancery("validate", "-A")
    # Every change starts this again.
    chancery("edit", "account", "A", "--conns", "5")
    assert claims(chancery, "account", "A")["iss"] == before["sub"]
    chancery("push", "-A")
    body = claims(chancery, "account", "A")
    assert body["iss"] == served.key.public and body["nats"]["limits"]["conn"] == 5
    for words in (("-D",), ("-P",), ("-R", "A")):
        assert "neither lists nor deletes" in chancery("push", *words, exits=1).stderr
    chancery("delete", "account", "A", exits=1)
    chancery("delete", "account", "A", "--force")


def test_a_token_from_an_address(chancery, served):
    token = f"{served.url}/operator"
    chancery("init", "-n", "A", "-u", token, "--creds", "a.creds")
    assert [row["name"] for row in chancery.rows("list", "accounts")] == ["A"]
    assert decoded(chancery("describe", "jwt", "-f", "a.creds", "-R").stdout)["name"] == "A"
    again = chancery("add", "operator", "-u", token)
    assert "R" in again.stderr
    refusal = chancery("add", "operator", "-u", served.url.replace("/jwt/v1", "/nothing/here"), exits=1)
    assert "no operator's token" in refusal.stderr
    served.stop()
    assert "cannot reach" in chancery("push", "-a", "A", exits=1).stderr


def test_what_its_operator_signed_by_hand_comes_back(chancery, tmp_path):
    """Without an account server a file goes there and back."""
    there = ("-H", str(tmp_path / "there"))
    chancery("add", "operator", "R", *there)
    chancery("describe", "operator", "-R", "-o", "R.jwt", *there)
    chancery("add", "operator", "-u", "R.jwt")
    assert "import account" in chancery("add", "account", "A").stderr
    chancery("describe", "account", "A", "-R", "-o", "A.request")
    chancery("sign", "A.request", "-o", "A.jwt", *there)
    chancery("import", "account", "--overwrite", "--file", "A.jwt")
    assert claims(chancery, "account", "A")["iss"] == claims(chancery, "operator")["sub"]
    chancery("validate", "-A")
