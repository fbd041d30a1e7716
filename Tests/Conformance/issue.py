"""Operators, accounts, users and activations, issued from the description in a scenario file.

Keys depend on their names alone, so both servers are started with the same ones, and a run can be repeated.
"""

import base64
import copy
import hashlib
import re
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Interop"))

import nacl.public  # noqa: E402
import nkeys  # noqa: E402

import issuer  # noqa: E402
from issuer import Key  # noqa: E402

UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
ACCOUNT_LIMITS = UNLIMITED | {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
# Tokens are dated back: a revocation of this moment covers them, and every later update is newer.
AGE = 60


def key(name, kind):
    """The key of that name."""
    seed = hashlib.sha256(f"conformance {kind} {name}".encode()).digest()
    return Key(nkeys.encode_seed(seed, issuer.PREFIXES[kind]).decode())


class CurveKey:
    """A key that opens and seals what a callout is asked and answers (nkeys' `xkv1` boxes)."""

    _PREFIX, _MARK = 23 << 3, b"xkv1"

    def __init__(self, name):
        self._private = nacl.public.PrivateKey(hashlib.sha256(f"conformance curve {name}".encode()).digest())
        raw = bytes([self._PREFIX]) + bytes(self._private.public_key)
        checked = raw + nkeys.crc16(bytearray(raw)).to_bytes(2, "little")
        self.public = base64.b32encode(checked).rstrip(b"=").decode()

    def _box(self, other):
        raw = base64.b32decode(other + "=" * (-len(other) % 8))
        return nacl.public.Box(self._private, nacl.public.PublicKey(raw[1:33]))

    def open(self, data, sender):
        if data[:4] != self._MARK:
            raise AssertionError(f"not sealed: {data[:40]!r}")
        return self._box(sender).decrypt(data[28:], data[4:28])

    def seal(self, data, recipient):
        return self._MARK + bytes(self._box(recipient).encrypt(data))


def merge(base, patch):
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


class Realm:
    """Keys and tokens by name: `operator`, `A` for an account, `A.u` for its user or signing key, `token.t` for others.

    The description:

        operator: {keys: [k], claims: {...}, token: {...}}
        accounts:
          A:
            keys: [s]                 signing keys
            scopes: {role: {...}}     scoped signing keys, with their templates
            signer: operator.k        instead of the operator's own key
            claims: {...}             what goes into `nats`
            token: {...}              what goes beside it: name, exp, nbf, iat ...
            users:
              u: {signer: A.s, token: {...}, and what goes into `nats`}
        tokens:
          t: {sub: ${A}, signer: B, type: activation, token: {...}, and what goes into `nats`}
                                      (another name as signer is an operator that nobody trusts)
        preload: [A]                  the accounts that the server knows at first; all, unless said

    Numbers beside `nats` are seconds from now. There is always a system account SYS with a user
    sys. Texts may hold `${...}`.
    """

    def __init__(self, description, substitute):
        self.now = int(time.time())
        self.description = description or {}
        self._substitute = substitute
        self.keys, self.tokens, self.claims, self.signers = {}, {}, {}, {}
        self._updates = 0
        if self.is_operated:
            self._make_keys()

    @property
    def is_operated(self):
        return "accounts" in self.description

    @property
    def accounts(self):
        return {"SYS": {"users": {"sys": {}}}} | self.description["accounts"]

    def _make_keys(self):
        operator = self.description.get("operator") or {}
        self.keys["operator"] = key("operator", "operator")
        for name in operator.get("keys", ()):
            self.keys[f"operator.{name}"] = key(f"operator.{name}", "operator")
        for account, described in self.accounts.items():
            described = described or {}
            names = [*described.get("keys", ()), *described.get("scopes", ()), *described.get("users", ())]
            if len(names) != len(set(names)):
                raise ValueError(f"account {account} uses a name twice")
            self.keys[account] = key(account, "account")
            for name in (*described.get("keys", ()), *described.get("scopes", ())):
                self.keys[f"{account}.{name}"] = key(f"{account}.{name}", "account")
            for name in described.get("users", ()):
                self.keys[f"{account}.{name}"] = key(f"{account}.{name}", "user")

    def issue(self):
        """Issues all tokens; the keys are there from the beginning, so that a description can name them."""
        if not self.is_operated:
            return
        for name, described in (self.description.get("tokens") or {}).items():
            described = self.filled(described)
            self._sign(
                f"token.{name}", described.pop("signer"), described.pop("sub"), described.pop("token", {}), described)
        for account, described in self.accounts.items():
            self._issue_account(account, described or {})
        for account, described in self.accounts.items():
            for name, user in ((described or {}).get("users") or {}).items():
                self._issue_user(account, name, self.filled(user or {}))
        operator = self.filled(self.description.get("operator") or {})
        names = [f"operator.{name}" for name in operator.get("keys", ())]
        claims = {"signing_keys": [self.keys[name].public for name in names], "system_account": self.keys["SYS"].public}
        self._sign(
            "operator", "operator", self.keys["operator"].public, operator.get("token", {}),
            {"type": "operator"} | {name: value for name, value in claims.items() if value}
            | operator.get("claims", {}))

    def _issue_account(self, name, described):
        described = self.filled(described)
        signing = [self.keys[f"{name}.{sub}"].public for sub in described.get("keys", ())]
        signing += [
            {"kind": "user_scope", "key": self.keys[f"{name}.{role}"].public, "role": role,
             "template": UNLIMITED | template, "description": ""}
            for role, template in described.get("scopes", {}).items()]
        claims = {"type": "account", "limits": ACCOUNT_LIMITS}
        if signing:
            claims["signing_keys"] = signing
        self._sign(
            name, described.get("signer", "operator"), self.keys[name].public, described.get("token", {}),
            merge(claims, described.get("claims", {})))

    def _issue_user(self, account, name, described):
        signer = described.pop("signer", account)
        token = described.pop("token", {})
        claims = {"type": "user"}
        roles = [f"{account}.{role}" for role in ((self.accounts[account] or {}).get("scopes") or ())]
        if signer not in roles:
            claims |= UNLIMITED
        if signer != account:
            claims["issuer_account"] = self.keys[account].public
        self._sign(f"{account}.{name}", signer, self.keys[f"{account}.{name}"].public, token, claims | described)

    def _sign(self, name, signer, subject, token, nats):
        common = {"name": name.rpartition(".")[2], "sub": subject, "iat": self.now - AGE}
        common |= {word: self.moment(value) for word, value in token.items()}
        self.claims[name] = common | {"nats": {word: value for word, value in nats.items() if value is not None}}
        self.signers[name] = signer
        # Whoever is not described here is an operator that nobody trusts.
        self.tokens[name] = issuer.encode(self.claims[name], self.keys.get(signer) or key(signer, "operator"))

    def moment(self, value):
        """A moment that was written as seconds from now; other things stay as they are."""
        return int(time.time()) + value if isinstance(value, int) else value

    def update(self, account, patch, signer=None, token=None):
        """A newer token of an account, whose `nats` is changed by a merge patch."""
        self._updates += 1
        claims = copy.deepcopy(self.claims[account])
        claims["nats"] = merge(claims["nats"], self.filled(patch))
        claims["iat"] = self.now - AGE + self._updates
        claims |= {word: self.moment(value) for word, value in (token or {}).items()}
        text = issuer.encode(claims, self.keys[signer or self.signers[account]])
        return claims, text

    def keep(self, account, claims, text):
        self.claims[account], self.tokens[account] = claims, text

    def filled(self, value):
        """A description with its `${...}` filled in."""
        if isinstance(value, str):
            if re.fullmatch(r"\$\{now([+-]\d+)?\}", value):
                return int(self._substitute(value))
            return self._substitute(value)
        if isinstance(value, dict):
            return {self.filled(name): self.filled(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.filled(inner) for inner in value]
        return value

    @property
    def preloaded(self):
        """The accounts that a server knows at first."""
        return list(dict.fromkeys(["SYS", *self.description.get("preload", self.accounts)]))

    def configuration(self, trust=True):
        """The part of a configuration that makes a server trust this operator, with a memory resolver unless said."""
        preload = "\n".join(f"  {self.keys[name].public}: {self.tokens[name]}" for name in self.preloaded)
        text = f"operator: {self.tokens['operator']}\nsystem_account: {self.keys['SYS'].public}\n"
        if trust == "without accounts":
            return text
        resolver = "resolver: MEMORY\n" if trust != "without resolver" else ""
        return f"{text}{resolver}resolver_preload: {{\n{preload}\n}}\n"

    def lookup(self, word):
        """What a `${word}` names here, or None."""
        if word in self.keys:
            return self.keys[word].public
        stem, _, kind = word.rpartition(".")
        if kind == "jwt" and stem in self.tokens:
            return self.tokens[stem]
        if kind == "seed" and stem in self.keys:
            return self.keys[stem].seed
        return self.tokens.get(word)
