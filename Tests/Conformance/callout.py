"""The service that an authorization callout asks, as a scenario describes it."""


import issue
import issuer
from patterns import json_fault

_MEMBERS = {
    "request", "user", "token", "response", "error", "signer", "user_signer", "empty", "xkey", "jwt", "issuer_account",
    "plain"}


def answer(spec, payload, sender, realm):
    """The bytes of an answer.

    `request` is what the claims of the question have; `user` what goes into `nats` of the user that is let in, and
    `token` what goes beside it; `response` the same for the answer; `error` or `empty` refuse. `signer` names the
    account key that signs, `user_signer` the one that signs the user if that is another, `xkey` the service's curve key, with which the answer is sealed unless `plain`.
    """
    if unknown := set(spec) - _MEMBERS:
        raise ValueError(f"unknown to a callout: {unknown}")
    curve = issue.CurveKey(spec["xkey"]) if "xkey" in spec else None
    if curve:
        payload = curve.open(payload, sender)
    question = issuer.read(payload.decode())
    if fault := json_fault(spec.get("request", {}), question):
        raise AssertionError(f"in the question {fault}")
    if spec.get("empty"):
        return b""
    signer = _signer(spec.get("signer", "callout"), realm)
    user_signer = _signer(spec["user_signer"], realm) if "user_signer" in spec else signer
    server, user = question["nats"]["server_id"]["id"], question["nats"]["user_nkey"]
    content = {"type": "authorization_response"}
    if "error" in spec:
        content["error"] = spec["error"]
    elif "jwt" in spec:
        content["jwt"] = spec["jwt"]
    else:
        claims = {"sub": user, "aud": "$G", "name": "delegated"} | {
            name: realm.moment(value) for name, value in spec.get("token", {}).items()}
        nats = {"type": "user"} | issue.UNLIMITED | spec.get("user", {})
        content["jwt"] = issuer.encode(
            claims | {"nats": {name: value for name, value in nats.items() if value is not None}}, user_signer)
    if "issuer_account" in spec:
        content["issuer_account"] = spec["issuer_account"]
    claims = {"sub": user, "aud": server} | {
        name: realm.moment(value) for name, value in spec.get("response", {}).items()}
    text = issuer.encode(claims | {"nats": content}, signer).encode()
    return curve.seal(text, sender) if curve and not spec.get("plain") else text


def _signer(name, realm):
    return realm.keys.get(name) or issue.key(name, "account")
