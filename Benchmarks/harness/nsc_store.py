"""Stores of nsc of any size, written from its layout: many accounts with users, and a seed and credentials for each."""

import base64
import binascii
import hashlib
import json
import os
from pathlib import Path

from nacl.bindings import crypto_sign, crypto_sign_seed_keypair

HEADER = base64.urlsafe_b64encode(b'{"typ":"JWT","alg":"ed25519-nkey"}').rstrip(b"=")
KINDS = {"O": 14 << 3, "A": 0, "U": 20 << 3}
UNLIMITED = {"subs": -1, "data": -1, "payload": -1}
NO_LIMITS = {**UNLIMITED, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
NO_PERMISSIONS = {"pub": {}, "sub": {}}
# Long ago, so that everything that is issued later is dated later.
ISSUED_AT = 1_700_000_000


class Key:
    def __init__(self, kind: str):
        raw = os.urandom(32)
        self._public, self._secret = crypto_sign_seed_keypair(raw)
        prefix = KINDS[kind]
        self.public = text(bytes([prefix]) + self._public)
        self.seed = text(bytes([18 << 3 | prefix >> 5, (prefix & 31) << 3]) + raw)

    def sign(self, data: bytes) -> bytes:
        return crypto_sign(data, self._secret)[:64]


def text(body: bytes) -> str:
    checked = body + binascii.crc_hqx(body, 0).to_bytes(2, "little")
    return base64.b32encode(checked).decode().rstrip("=")


def token(signer: Key, kind: str, subject: Key, name: str, **nats: object) -> str:
    body = {
        "iat": ISSUED_AT, "iss": signer.public, "name": name, "sub": subject.public,
        "nats": {**nats, "type": kind, "version": 2},
    }  # fmt: skip
    digest = hashlib.new("sha256", json.dumps(body).encode()).digest()
    body["jti"] = base64.b32encode(digest).decode().rstrip("=")
    written = json.dumps(body, separators=(",", ":")).encode()
    content = HEADER + b"." + base64.urlsafe_b64encode(written).rstrip(b"=")
    return (content + b"." + base64.urlsafe_b64encode(signer.sign(content)).rstrip(b"=")).decode()


def credentials(user_token: str, seed: str) -> str:
    return (
        f"-----BEGIN NATS USER JWT-----\n{user_token}\n------END NATS USER JWT------\n\n"
        f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    )


def write(root: Path, accounts: int, users: int, seeds: bool = True) -> None:
    """An operator O with `accounts` accounts `A0`, `A1`, ... of `users` users each, in the layout of `--all-dirs`."""

    def put(path: Path, content: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def keep(key: Key) -> None:
        put(root / "keys" / key.public[0] / key.public[1:3] / f"{key.public}.nk", key.seed)

    operator = Key("O")
    keep(operator)
    put(root / "O" / ".nsc", '{"managed":false,"name":"O","kind":"operator","version":"1"}')
    put(root / "O" / "O.jwt", token(operator, "operator", operator, "O"))
    for number in range(accounts):
        account, name = Key("A"), f"A{number}"
        keep(account)
        folder = root / "O" / "accounts" / name
        limits = {"limits": NO_LIMITS, "default_permissions": NO_PERMISSIONS}
        put(folder / f"{name}.jwt", token(operator, "account", account, name, **limits))
        (folder / "users").mkdir()
        if seeds:
            (root / "creds" / "O" / name).mkdir(parents=True)
        for index in range(users):
            user, user_name = Key("U"), f"u{index}"
            user_token = token(account, "user", user, user_name, **NO_PERMISSIONS, **UNLIMITED)
            (folder / "users" / f"{user_name}.jwt").write_text(user_token)
            if seeds:
                keep(user)
                (root / "creds" / "O" / name / f"{user_name}.creds").write_text(credentials(user_token, user.seed))
