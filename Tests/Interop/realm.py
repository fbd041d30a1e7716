"""What a scenario needs to exist - accounts, exports, imports, roles, users - and two ways to make it exist.

A `Realm` is a description. `issued` makes it with the test's own issuer, `administered` with the command line under
test. Both end in a `Realised`: tokens and credentials that any server can be started with.
"""

import json
import time
from dataclasses import dataclass, field

import issuer
from issuer import Credentials, Key

UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
ACCOUNT_LIMITS = UNLIMITED | {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
# Tokens are dated back, so that a revocation of this moment covers them and a later token of this moment is newer.
AGE = 60


@dataclass(frozen=True)
class Permissions:
    """Subjects, and how many responses to a request are allowed for how many seconds."""

    pub: tuple = ()
    sub: tuple = ()
    deny_pub: tuple = ()
    deny_sub: tuple = ()
    responses: tuple | None = None

    def claims(self):
        claims = {"pub": _lists(self.pub, self.deny_pub), "sub": _lists(self.sub, self.deny_sub)}
        if self.responses:
            most, seconds = self.responses
            claims["resp"] = {"max": most, "ttl": int(seconds * 1e9)}
        return claims

    def flags(self):
        lists = {
            "--allow-pub": self.pub, "--allow-sub": self.sub, "--deny-pub": self.deny_pub,
            "--deny-sub": self.deny_sub}
        flags = [word for flag, subjects in lists.items() for subject in subjects for word in (flag, subject)]
        if self.responses:
            most, seconds = self.responses
            flags += [f"--allow-pub-response={most}", "--response-ttl", f"{int(seconds * 1000)}ms"]
        return flags


def _lists(allow, deny):
    return {name: list(subjects) for name, subjects in (("allow", allow), ("deny", deny)) if subjects}


@dataclass(frozen=True)
class User:
    """A user; with a role it is signed by that role's key and has no permissions of its own."""

    name: str
    permissions: Permissions = Permissions()
    role: str | None = None
    tags: tuple = ()
    bearer: bool = False
    sources: tuple = ()


@dataclass(frozen=True)
class Export:
    subject: str
    kind: str = "stream"
    private: bool = False
    response: str | None = None


@dataclass(frozen=True)
class Import:
    """Takes `subject` of `account`; as `local`, if that is given."""

    account: str
    subject: str
    kind: str = "stream"
    local: str | None = None
    share: bool = False


@dataclass(frozen=True)
class Account:
    name: str
    users: tuple = (User("user"),)
    exports: tuple = ()
    imports: tuple = ()
    roles: dict = field(default_factory=dict, hash=False)
    default_permissions: Permissions = Permissions()
    connections: int = -1
    disallow_bearer: bool = False


@dataclass(frozen=True)
class Realm:
    accounts: tuple

    def account(self, name):
        return next(account for account in self.accounts if account.name == name)

    def private(self, taken):
        """Whether an import needs an activation."""
        return any(
            export.private for export in self.account(taken.account).exports
            if export.kind == taken.kind and contains(export.subject, taken.subject))


def contains(wide, narrow):
    """Whether every subject of the second pattern is one of the first."""
    wide, narrow = wide.split("."), narrow.split(".")
    for position, token in enumerate(wide):
        if token == ">":
            return len(narrow) > position
        if position >= len(narrow) or narrow[position] == ">" or token not in ("*", narrow[position]):
            return False
    return len(wide) == len(narrow)


@dataclass
class Realised:
    """Tokens by account name, their keys, and credentials by `ACCOUNT.user`; `SYS.sys` is the system account's user."""

    operator: str
    tokens: dict
    credentials: dict

    def identity(self, account):
        """An account's public key."""
        return issuer.read(self.tokens[account])["sub"]

    def configuration(self, port, extra="", resolver="MEMORY"):
        """A server's configuration file."""
        preload = "\n".join(f"  {self.identity(name)}: {token}" for name, token in self.tokens.items())
        return (
            f"listen: 127.0.0.1:{port}\noperator: {self.operator}\nsystem_account: {self.identity('SYS')}\n"
            f"resolver: {resolver}\nresolver_preload: {{\n{preload}\n}}\n{extra}\n")


class Issued(Realised):
    """A realm made by the test's own issuer, which keeps every key and so can go on issuing."""

    def __init__(self, realm):
        super().__init__(operator="", tokens={}, credentials={})
        self.keys = {}
        self.roles = {}
        operator = self.key("operator")
        system = Account("SYS", users=(User("sys"),))
        accounts = (system, *realm.accounts)
        for account in accounts:
            self.keys[account.name] = Key.new("account")
        self.operator = issuer.encode(
            {"name": "OP", "sub": operator.public, "iat": self.past(),
             "nats": {"type": "operator", "system_account": self.keys["SYS"].public}}, operator)
        for account in accounts:
            self.tokens[account.name] = self.account(realm, account)
        for account in accounts:
            for user in account.users:
                self.credentials[f"{account.name}.{user.name}"] = self.user(account, user)

    @staticmethod
    def past():
        return int(time.time()) - AGE

    def key(self, name, kind="operator"):
        """The key of that name, made when it is asked for first."""
        return self.keys.setdefault(name, Key.new(kind))

    def account(self, realm, account):
        """An account's token."""
        claims = {
            "imports": [self.imported(realm, account, taken) for taken in account.imports],
            "exports": [self.exported(export) for export in account.exports],
            "limits": ACCOUNT_LIMITS | {"conn": account.connections},
            "signing_keys": [self.scope(account.name, role, given) for role, given in account.roles.items()],
            "default_permissions": account.default_permissions.claims(),
            "type": "account",
        }
        if account.disallow_bearer:
            claims["limits"]["disallow_bearer"] = True
        return self.sign_account({
            "name": account.name, "sub": self.keys[account.name].public, "iat": self.past(),
            "nats": {name: value for name, value in claims.items() if value}})

    def sign_account(self, claims, key="operator"):
        return issuer.encode({name: value for name, value in claims.items() if name != "iss"}, self.key(key))

    def scope(self, account, role, permissions):
        """A signing key with a template."""
        self.roles[account, role] = key = self.key(f"{account}/{role}", "account")
        return {
            "kind": "user_scope", "key": key.public, "role": role,
            "template": permissions.claims() | UNLIMITED, "description": ""}

    @staticmethod
    def exported(export):
        words = {"name": export.subject, "subject": export.subject, "type": export.kind,
                 "token_req": export.private, "response_type": export.response}
        return {name: value for name, value in words.items() if value}

    def imported(self, realm, account, taken):
        source = self.keys[taken.account]
        words = {
            "name": taken.subject, "subject": taken.subject, "account": source.public, "type": taken.kind,
            "local_subject": taken.local, "share": taken.share}
        if realm.private(taken):
            words["token"] = self.activation(source, self.keys[account.name].public, taken.subject, taken.kind)
        return {name: value for name, value in words.items() if value}

    def activation(self, signer, importer, subject, kind, **claims):
        """The token with which an account may import a private export."""
        return issuer.encode(
            {"name": subject, "sub": importer, "iat": self.past(),
             "nats": {"subject": subject, "kind": kind, "type": "activation"}} | claims, signer)

    def user(self, account, user, **overrides):
        """Credentials of a user of an account; overrides replace claims, `nats` adds to them."""
        nats = {"type": "user", "tags": list(user.tags)}
        signer = self.keys[account.name]
        if user.role:
            signer = self.roles[account.name, user.role]
            nats["issuer_account"] = self.keys[account.name].public
        else:
            nats |= user.permissions.claims() | UNLIMITED
        if user.bearer:
            nats["bearer_token"] = True
        if user.sources:
            nats["src"] = list(user.sources)
        signer = overrides.pop("signer", signer)
        key = overrides.pop("key", None) or Key.new("user")
        nats |= overrides.pop("nats", {})
        claims = {"name": user.name, "sub": key.public, "iat": self.past()} | overrides
        claims["nats"] = {name: value for name, value in nats.items() if value is not None}
        return Credentials(issuer.encode(claims, signer), key)


class Administered(Realised):
    """A realm made with the command line under test, word by word as a person would."""

    def __init__(self, realm, chancery):
        self.chancery = chancery
        chancery("add", "operator", "--name", "OP", "--sys")
        for account in realm.accounts:
            self.add(account)
        for account in realm.accounts:
            for taken in account.imports:
                self.add_import(realm, account, taken)
        for account in realm.accounts:
            for user in account.users:
                self.add_user(account, user)
        users = [f"{account.name}.{user.name}" for account in realm.accounts for user in account.users]
        super().__init__(
            operator=chancery("describe", "operator", "-R").strip(),
            tokens={name: self.token(name) for name in ("SYS", *(account.name for account in realm.accounts))},
            credentials={name: self.creds(*name.split(".")) for name in ("SYS.sys", *users)})

    def token(self, account):
        return self.chancery("describe", "account", account, "-R").strip()

    def creds(self, account, user):
        return Credentials.parse(self.chancery("generate", "creds", "--account", account, "--name", user))

    def add(self, account):
        chancery, place = self.chancery, ("--account", account.name)
        chancery("add", "account", account.name, *account.default_permissions.flags())
        if account.connections != -1 or account.disallow_bearer:
            chancery("edit", "account", account.name, f"--conns={account.connections}",
                     f"--disallow-bearer={json.dumps(account.disallow_bearer)}")
        for role, permissions in account.roles.items():
            chancery("edit", "signing-key", *place, "--sk", "generate", "--role", role, *permissions.flags())
        for export in account.exports:
            flags = ["--service"] if export.kind == "service" else []
            flags += ["--private"] if export.private else []
            flags += ["--response-type", export.response] if export.response else []
            chancery("add", "export", *place, "--subject", export.subject, *flags)

    def add_import(self, realm, account, taken):
        flags = ["--service"] if taken.kind == "service" else []
        flags += ["--share"] if taken.share else []
        flags += ["--local-subject", taken.local] if taken.local else []
        if realm.private(taken):
            file = self.chancery.home / f"{account.name}.{taken.kind}.{taken.subject}.activation"
            self.chancery(
                "generate", "activation", "--account", taken.account, "--subject", taken.subject,
                "--target-account", account.name, "--output-file", file)
            flags += ["--token", file]
        else:
            flags += ["--src-account", taken.account, "--remote-subject", taken.subject]
        self.chancery("add", "import", "--account", account.name, *flags)

    def add_user(self, account, user):
        flags = ["--private-key", user.role] if user.role else user.permissions.flags()
        flags += [word for tag in user.tags for word in ("--tag", tag)]
        flags += ["--bearer"] if user.bearer else []
        flags += [word for network in user.sources for word in ("--source-network", network)]
        self.chancery("add", "user", user.name, "--account", account.name, *flags)
