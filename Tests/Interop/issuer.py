"""Keys and JWTs of NATS's second version, written independently of the code under test.

It can write what a careful issuer never would, and it checks what others wrote: `verify` knows nothing but the format.
"""

import base64
import hashlib
import json
import os
import re
import time
from dataclasses import dataclass

import nacl.exceptions
import nacl.signing
import nkeys

HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
PREFIXES = {
    "operator": nkeys.PREFIX_BYTE_OPERATOR,
    "account": nkeys.PREFIX_BYTE_ACCOUNT,
    "user": nkeys.PREFIX_BYTE_USER,
    "server": nkeys.PREFIX_BYTE_SERVER,
}
# The common claims, in the order in which they are written and hashed.
COMMON = ("aud", "exp", "jti", "iat", "iss", "name", "nbf", "sub")


class BadToken(Exception):
    """The text is not a JWT of NATS, or nobody with the key of its `iss` has signed it."""


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class Key:
    """A key pair that can sign."""

    def __init__(self, seed):
        self.seed = seed
        self._pair = nkeys.from_seed(bytearray(seed.encode()))
        self.public = self._pair.public_key.decode()

    @classmethod
    def new(cls, kind):
        return cls(nkeys.encode_seed(os.urandom(32), PREFIXES[kind]).decode())

    def sign(self, data):
        return self._pair.sign(data)

    def sign_nonce(self, nonce):
        """The `sig` of CONNECT: the signature of the nonce's text."""
        return base64url(self.sign(nonce.encode()))


@dataclass(frozen=True)
class Credentials:
    """What a client signs in with: a user JWT, and the user's key unless the token alone has to do."""

    token: str
    key: Key | None

    @classmethod
    def parse(cls, text):
        """Reads a creds file: the first decorated block is the token, the second one the seed."""
        blocks = re.findall(r"-{3,}[^\n]*-{3,}\n([\w\-.=]+)\n-{3,}[^\n]*-{3,}\n", text)
        return cls(blocks[0], Key(blocks[1]))

    def text(self):
        """The creds file."""
        return (
            f"-----BEGIN NATS USER JWT-----\n{self.token}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{self.key.seed}\n------END USER NKEY SEED------\n")

    @property
    def claims(self):
        return read(self.token)


def identifier(claims):
    """`jti`: base32 of the SHA-512/256 of the common claims without `jti`."""
    common = {name: claims[name] for name in COMMON if name != "jti" and claims.get(name)}
    return base64.b32encode(hashlib.new("sha512_256", compact(common)).digest()).rstrip(b"=").decode()


def encode(claims, signer, header=None):
    """A signed token. `iat` is now and `iss` the signer unless the claims say otherwise."""
    claims = {"iat": int(time.time()), "iss": signer.public} | claims
    claims["nats"] = {**claims["nats"]}
    claims["nats"].setdefault("version", 2)
    claims["jti"] = identifier(claims)
    ordered = {name: claims[name] for name in (*COMMON, "nats") if claims.get(name)}
    signed = f"{base64url(compact(header or HEADER))}.{base64url(compact(ordered))}"
    return f"{signed}.{base64url(signer.sign(signed.encode()))}"


def read(token):
    """The claims of a token, unverified."""
    return json.loads(unbase64url(token.split(".")[1]))


def public_bytes(text, kind):
    """The 32 bytes of a public key, after checking its length, kind and checksum."""
    raw = base64.b32decode(text + "=" * (-len(text) % 8))
    if len(raw) != 35 or raw[0] != PREFIXES[kind]:
        raise BadToken(f"{text} is no public {kind} key")
    if nkeys.crc16(bytearray(raw[:-2])) != int.from_bytes(raw[-2:], "little"):
        raise BadToken(f"the checksum of {text} is wrong")
    return raw[1:-2]


# Who may sign what.
SIGNERS = {
    "operator": "operator", "account": "operator", "user": "account", "activation": "account",
    "authorization_request": "server"}


def verify(token):
    """The claims of a token whose form, `jti` and signature are right."""
    header, payload, signature = token.split(".")
    if json.loads(unbase64url(header)) != HEADER:
        raise BadToken("wrong header")
    claims = json.loads(unbase64url(payload))
    if list(claims) != [name for name in (*COMMON, "nats") if name in claims]:
        raise BadToken(f"the claims are out of order: {list(claims)}")
    if claims["jti"] != identifier(claims):
        raise BadToken("jti is not the hash of the common claims")
    if claims["nats"]["version"] != 2:
        raise BadToken("not version 2")
    kind = SIGNERS[claims["nats"]["type"]]
    try:
        key = nacl.signing.VerifyKey(public_bytes(claims["iss"], kind))
        key.verify(f"{header}.{payload}".encode(), unbase64url(signature))
    except nacl.exceptions.BadSignatureError:
        raise BadToken("the signature is wrong") from None
    return claims
