"""Stores of nsc, built by hand from its layout, come in and go out again without a loss."""

import base64
import binascii
import hashlib
import json
import os
import random
import stat
from types import SimpleNamespace

import nacl.public
import pytest

import issuer
from conftest import CommandLine
from test_command_line import claims


def Key(kind):
    """A key pair of a kind, by its letter."""
    names = {"O": "operator", "A": "account", "U": "user"}
    return issuer.Key.new(names[kind]) if kind in names else curve_key()


def curve_key():
    """A key pair for sealing, which no library here makes."""
    def text(head, raw):
        body = head + raw
        return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")

    raw = os.urandom(32)
    seed = text(bytes([18 << 3 | 0xB8 >> 5, (0xB8 & 31) << 3]), raw)
    return SimpleNamespace(seed=seed, public=text(b"\xb8", bytes(nacl.public.PrivateKey(raw).public_key)))


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(key, kind, subject, name, **nats):
    """A token as nsc writes it."""
    body = {"iat": 1700000000, "iss": key.public, "name": name, "sub": subject.public,
            "nats": {**nats, "type": kind, "version": 2}}
    body["jti"] = base64.b32encode(hashlib.new("sha256", json.dumps(body).encode()).digest()).decode().rstrip("=")
    text = encoded({"typ": "JWT", "alg": "ed25519-nkey"}) + "." + encoded(body)
    return text + "." + encoded(key.sign(text.encode()))


UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
NO_LIMITS = {**UNLIMITED, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}


def credentials(token, seed):
    return (f"-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n"
            "************************* IMPORTANT *************************\n"
            "NKEY Seed printed below can be used to sign and prove identity.\n"
            "NKEYs are sensitive and should be treated as secrets.\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n\n"
            "*************************************************************\n")


class Store:
    """An nsc store with an operator O, the accounts `SYS` and `My Account`, users, a role, a loose key and a curve key."""

    def __init__(self, root, layout):
        self.root, self.layout = root, layout
        self.stores = root / "stores" if layout == "xdg" else root
        self.keystore = root / "keys" if layout == "xdg" else root
        operator, signer, system, account, role = (Key(kind) for kind in "OOAAA")
        self.users = {name: Key("U") for name in ("sys", "a@b", "role user")}
        self.account, self.operator = account, operator
        self.write(self.stores / "O" / ".nsc", '{"managed":false,"name":"O","kind":"operator","version":"1"}')
        self.write(self.stores / "O" / "O.jwt", signed(
            operator, "operator", operator, "O", signing_keys=[signer.public], system_account=system.public,
            operator_service_urls=["nats://h:4222"], tags=["t"]))
        self.add_account("SYS", signed(operator, "account", system, "SYS", limits=NO_LIMITS, default_permissions={"pub": {}, "sub": {}}))
        scope = {"kind": "user_scope", "key": role.public, "role": "reader", "template": {"pub": {}, "sub": {"allow": ["x"]}, **UNLIMITED}, "description": ""}
        self.add_account("My Account", signed(
            signer, "account", account, "My Account", limits=NO_LIMITS, signing_keys=[scope],
            default_permissions={"pub": {}, "sub": {}}, mappings={"a": [{"subject": "b"}]}))
        self.add_user("SYS", "sys", signed(system, "user", self.users["sys"], "sys", pub={}, sub={}, **UNLIMITED))
        self.add_user("My Account", "a@b", signed(account, "user", self.users["a@b"], "a@b", pub={}, sub={}, **UNLIMITED))
        self.add_user("My Account", "role user", signed(
            role, "user", self.users["role user"], "role user", pub={}, sub={}, issuer_account=account.public))
        for key in (operator, signer, system, account, role, *self.users.values(), Key("X"), Key("A")):
            self.write(self.keystore / "keys" / key.public[0] / key.public[1:3] / f"{key.public}.nk", key.seed)
        if layout == "all-dirs":
            self.write(root / "nsc.json", json.dumps({"store_root": str(root), "operator": "O", "account": "SYS"}))

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def add_account(self, name, token):
        self.write(self.stores / "O" / "accounts" / name / f"{name}.jwt", token)

    def add_user(self, account, name, token):
        self.write(self.stores / "O" / "accounts" / account / "users" / f"{name}.jwt", token)
        self.write(self.keystore / "creds" / "O" / account / f"{name}.creds", credentials(token, self.users[name].seed))


def files(root):
    """Every file of a store with its content; settings as what they mean."""
    found = {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()}
    return {name: json.loads(text) if name.endswith((".nsc", "nsc.json")) else text for name, text in found.items()}


@pytest.fixture(params=["all-dirs", "xdg"])
def store(request, tmp_path):
    return Store(tmp_path / "nsc", request.param)


def test_a_store_comes_in_and_goes_out_without_a_loss(chancery, store):
    chancery("import", "nsc", store.root, "--dry-run")
    assert chancery.rows("list", "operators") == []
    chancery("import", "nsc", store.root)
    chancery("validate", "-A")
    out = chancery.folder / "out"
    chancery("export", "nsc", out, "--layout", store.layout)
    before, after = files(store.root), files(out)
    if store.layout == "all-dirs":
        assert after["nsc.json"].pop("store_root") == str(out) and before["nsc.json"].pop("store_root")
    assert after == before
    assert all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600) for path in out.rglob("*"))
    # And in again, elsewhere.
    again = CommandLine(chancery.folder / "again")
    again.folder.mkdir()
    again("import", "nsc", out)
    for kind in ("operators", "accounts", "keys"):
        rows = [{key: row[key] for key in row if key != "selected"} for row in again.rows("list", kind)]
        assert rows == [{key: row[key] for key in row if key != "selected"} for row in chancery.rows("list", kind)]


def test_what_came_in_is_complete(chancery, store):
    chancery("import", "nsc", store.root)
    assert claims(chancery, "account", "My Account")["nats"]["mappings"] == {"a": [{"subject": "b"}]}
    assert chancery("generate", "creds", "a@b", "-a", "My Account").stdout == (
        store.keystore / "creds" / "O" / "My Account" / "a@b.creds").read_text()
    keys = chancery.rows("list", "keys")
    assert len(keys) == 10 and all(key["has_seed"] for key in keys)
    assert {key["purpose"] for key in keys if key["public_key"][0] == "X"} == {"stored"}
    assert [key["role"] for key in keys if key["purpose"] == "role"] == ["reader"]
    chancery("add", "user", "new", "-a", "My Account", "-K", "reader")
    chancery("edit", "operator", "--tag", "new")


def test_taking_a_store_in_again_changes_nothing(chancery, store):
    chancery("import", "nsc", store.root)
    answer = json.loads(chancery("import", "nsc", store.root, "-J").stdout)
    assert answer["changes"] == [] and answer["warnings"] == []
    chancery("edit", "account", "My Account", "--tag", "later")
    before = claims(chancery, "account", "My Account")
    assert "stays as it is here" in chancery("import", "nsc", store.root).stderr
    assert claims(chancery, "account", "My Account") == before


def test_damaged_and_foreign_files_are_named_and_the_rest_comes_in(chancery, store):
    accounts = store.stores / "O" / "accounts"
    stranger = Key("O")
    bad = {
        accounts / "Foreign" / "Foreign.jwt": signed(stranger, "account", Key("A"), "Foreign", limits=NO_LIMITS),
        accounts / "Torn" / "Torn.jwt": "ey.torn",
        accounts / "SYS" / "users" / "changed.jwt": (accounts / "SYS" / "users" / "sys.jwt").read_text()[:-4] + "AAAA",
        accounts / "SYS" / "users" / "other.jwt": (accounts / "My Account" / "users" / "a@b.jwt").read_text(),
        accounts / "SYS" / "users" / "account.jwt": (accounts / "SYS" / "SYS.jwt").read_text(),
        accounts / "SYS" / "users" / "empty.jwt": "",
        store.keystore / "keys" / "A" / "XX" / "nonsense.nk": "nonsense",
        store.keystore / "creds" / "O" / "SYS" / "half.creds": "-----BEGIN NATS USER JWT-----\n",
    }
    for path, text in bad.items():
        store.write(path, text)
    told = chancery("import", "nsc", store.root, exits=1)
    for path in bad:
        assert told.stderr.count(f"{path}: ") == 1, f"{path} is not named in\n{told.stderr}"
    assert f"{len(bad)} files were left out" in told.stderr
    assert {row["name"] for row in chancery.rows("list", "accounts")} == {"SYS", "My Account"}
    assert [row["name"] for row in chancery.rows("list", "users", "-a", "SYS")] == ["sys"]
    chancery("validate", "-A")


def test_a_clash_leaves_out_what_clashes(chancery, store):
    chancery("add", "operator", "O")
    told = chancery("import", "nsc", store.root, exits=1)
    assert 'another operator "O" is here already' in told.stderr
    assert len(chancery.rows("list", "operators")) == 1


def test_managed_stores_keep_self_signed_accounts(chancery, tmp_path):
    store = Store(tmp_path / "nsc", "all-dirs")
    mark = store.stores / "O" / ".nsc"
    mark.write_text(mark.read_text().replace("false", "true"))
    for path in (store.keystore / "keys" / "O").rglob("*.nk"):
        path.unlink()
    store.add_account("My Account", signed(
        store.account, "account", store.account, "My Account", limits=NO_LIMITS, default_permissions={"pub": {}, "sub": {}}))
    (store.stores / "O" / "accounts" / "My Account" / "users" / "role user.jwt").unlink()
    (store.keystore / "creds" / "O" / "My Account" / "role user.creds").unlink()
    chancery("import", "nsc", store.root)
    chancery("export", "nsc", chancery.folder / "out")
    before, after = files(store.root), files(chancery.folder / "out")
    before.pop("nsc.json"), after.pop("nsc.json")
    assert after == before


def test_an_export_replaces_nothing_unless_told(chancery, store):
    chancery("import", "nsc", store.root)
    chancery("export", "nsc", store.root, "--layout", store.layout, exits=1)
    chancery("export", "nsc", store.root, "--layout", store.layout, "--force")
    chancery("export", "nsc", "out", "--layout", "other", exits=2)
    assert "no nsc store" in chancery("import", "nsc", os.devnull, exits=1).stderr


def test_one_operator_takes_only_its_own_keys(chancery, store):
    chancery("import", "nsc", store.root)
    chancery("add", "operator", "P")
    chancery("add", "account", "B")
    chancery("export", "nsc", "out", "--operator", "P")
    assert len(list((chancery.folder / "out" / "keys").rglob("*.nk"))) == 2
    assert [path.parent.name for path in (chancery.folder / "out").glob("*/.nsc")] == ["P"]


# Stores of every kind


NAMES = ["My Account", "a@b", "Ünïcödé", "dots.and-dashes", "(1)", "x" * 60, "'quoted' \"twice\"", "日本", "$HOME", "-n"]


class AnyStore:
    """A store that a seed makes: operators that are run here or elsewhere, users with and without seeds and credentials."""

    def __init__(self, root, layout, dice):
        self.root, self.dice = root, dice
        self.stores = root / "stores" if layout == "xdg" else root
        self.keystore = root / "keys" if layout == "xdg" else root
        for name in dice.sample(["O", "Second Operator", "Ω"], dice.randint(1, 3)):
            self.add_operator(name)
        for _ in range(dice.randint(0, 3)):
            self.keep(Key(dice.choice("OAUX")))

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)

    def keep(self, key):
        self.write(self.keystore / "keys" / key.public[0] / key.public[1:3] / f"{key.public}.nk", key.seed)

    def add_operator(self, name):
        dice = self.dice
        operator, signers = Key("O"), [Key("O") for _ in range(dice.randint(0, 2))]
        managed = dice.random() < 0.5
        folder = self.stores / name
        self.write(folder / ".nsc", json.dumps({"managed": managed, "name": name, "kind": "operator", "version": "1"}))
        self.write(folder / f"{name}.jwt", signed(operator, "operator", operator, name, **(
            {"signing_keys": [key.public for key in signers]} if signers else {})))
        for key in (operator, *signers):
            if dice.random() < 0.7:
                self.keep(key)
        for account in dice.sample(NAMES, dice.randint(0, 3)):
            # Where the operator is elsewhere, accounts may have signed themselves.
            key = Key("A")
            self.add_account(name, account, key, dice.choice([operator, *signers, key]))

    def add_account(self, operator, name, account, signer):
        dice = self.dice
        roles = [Key("A") for _ in range(dice.randint(0, 2))]
        scopes = [{"kind": "user_scope", "key": role.public, "role": f"r{number}", "description": "",
                   "template": {"pub": {}, "sub": {"allow": ["x.>"]}, **UNLIMITED}} for number, role in enumerate(roles)]
        folder = self.stores / operator / "accounts" / name
        self.write(folder / f"{name}.jwt", signed(
            signer, "account", account, name, limits=NO_LIMITS, default_permissions={"pub": {}, "sub": {}},
            **({"signing_keys": scopes} if scopes else {})))
        for key in (account, *roles):
            if dice.random() < 0.7:
                self.keep(key)
        for user in dice.sample(NAMES, dice.randint(0, 4)):
            key, role = Key("U"), dice.choice([None, *roles])
            token = (
                signed(account, "user", key, user, pub={}, sub={}, **UNLIMITED) if role is None
                else signed(role, "user", key, user, pub={}, sub={}, issuer_account=account.public))
            self.write(folder / "users" / f"{user}.jwt", token)
            kept = dice.choice(["nothing", "seed", "credentials", "both"])
            if kept in ("seed", "both"):
                self.keep(key)
            if kept in ("credentials", "both"):
                self.write(self.keystore / "creds" / operator / name / f"{user}.creds", credentials(token, key.seed))


@pytest.mark.parametrize("layout", ["all-dirs", "xdg"])
@pytest.mark.parametrize("round", range(20 if os.environ.get("CHANCERY_PROVE") else 2))
def test_any_store_comes_back_byte_by_byte(chancery, layout, round):
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    store = AnyStore(chancery.folder / "nsc", layout, random.Random(seed))
    strangers = [store.stores / "notes.txt", store.keystore / "keys" / "O" / "README", store.stores / "O" / "x.bak"]
    for path in strangers[:random.Random(seed).randint(0, 3)]:
        store.write(path, "none of theirs")
    told = chancery("import", "nsc", store.root).stderr
    chancery("audit", "verify")
    out = chancery.folder / "out"
    chancery("export", "nsc", out, "--layout", layout)
    before, after = files(store.root), files(out)
    after.pop("nsc.json", None)
    for path in strangers:
        if before.pop(str(path.relative_to(store.root)), None) is not None:
            assert f"{path}: is no file of nsc's" in told
    assert after == before
    # Once more, elsewhere and in the other layout.
    again = CommandLine(chancery.folder / "again")
    again.folder.mkdir()
    again("import", "nsc", out)
    other = "xdg" if layout == "all-dirs" else "all-dirs"
    again("export", "nsc", again.folder / "out", "--layout", other)
    chancery("export", "nsc", chancery.folder / "other", "--layout", other)
    both = files(again.folder / "out"), files(chancery.folder / "other")
    for found in both:
        found.pop("nsc.json", None)
    assert both[0] == both[1]


def test_a_store_whose_operator_is_elsewhere_stays_one_with_its_keys(chancery, store):
    mark = store.stores / "O" / ".nsc"
    mark.write_text(mark.read_text().replace("false", "true"))
    chancery("import", "nsc", store.root)
    chancery("export", "nsc", "out", "--layout", store.layout)
    out = chancery.folder / "out" / mark.relative_to(store.root)
    assert json.loads(out.read_text())["managed"] is True


def test_what_belongs_to_something_damaged_is_named_too(chancery, store):
    path = store.stores / "O" / "accounts" / "My Account"
    (path / "My Account.jwt").write_text("torn")
    told = chancery("import", "nsc", store.root, exits=1).stderr
    for name in ("a@b", "role user"):
        assert f"{path / 'users' / name}.jwt: belongs to an account that was left out" in told
        assert f"{name}.creds: holds another token" in told
    assert [row["name"] for row in chancery.rows("list", "accounts")] == ["SYS"]


def test_credentials_that_are_not_the_current_ones_are_named(chancery, store):
    user = store.users["sys"]
    old = signed(Key("A"), "user", user, "sys", pub={}, sub={}, **UNLIMITED)
    path = store.keystore / "creds" / "O" / "SYS" / "sys.creds"
    path.write_text(credentials(old, user.seed))
    told = chancery("import", "nsc", store.root, exits=1).stderr
    assert f"{path}: holds another token than the store has" in told and "one file was left out" in told


def test_a_store_dated_far_ahead_is_taken_only_by_force(chancery, store):
    key = Key("U")
    account = store.account
    token = signed(account, "user", key, "later", pub={}, sub={}, **UNLIMITED)
    body = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    body["iat"] += 10**9
    text = token.split(".")[0] + "." + encoded(body)
    path = store.stores / "O" / "accounts" / "My Account" / "users" / "later.jwt"
    store.write(path, text + "." + encoded(account.sign(text.encode())))
    told = chancery("import", "nsc", store.root, exits=1).stderr
    assert f"{path}: " in told and "more than an hour ahead" in told
    chancery("describe", "user", "later", "-a", "My Account", exits=1)
    chancery("import", "nsc", store.root, "--force")
    chancery("describe", "user", "later", "-a", "My Account")
