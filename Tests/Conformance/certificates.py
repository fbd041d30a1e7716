"""The certificates of the scenarios, made once a run: an authority, a server's, and clients' by name."""

import datetime
import hashlib
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# Distinguished names are in the order in which they are written into the certificate.
CLIENTS = {
    "alice": {"name": [("CN", "alice")], "emails": ["alice@example.com"]},
    "bob": {"name": [("OU", "CNCF"), ("CN", "bob")]},
    "dns": {"name": [("CN", "machine")], "dns": ["app.example.com"]},
    "svid": {"name": [("O", "SPIRE")], "uris": ["spiffe://example.com/my-service"]},
    "bare": {"name": [], "emails": ["bare@example.com"]},
    "rdn": {"name": [("DC", "com"), ("DC", "example"), ("OU", "Users"), ("CN", "carol")]},
}
_ATTRIBUTES = {
    "CN": NameOID.COMMON_NAME, "O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "DC": NameOID.DOMAIN_COMPONENT}


class Authority:
    """Signs certificates and writes them, with their keys, as PEM files NAME.pem and NAME.key."""

    def __init__(self, folder, name):
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._certificate = self._build(self._name, self._key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(self._key, hashes.SHA256())
        (folder / f"{name}.pem").write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def _build(self, name, public_key):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(public_key)
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(days=1)))

    def issue(self, file, name, emails=(), dns=(), uris=(), addresses=(), usage=ExtendedKeyUsageOID.CLIENT_AUTH):
        """Returns the SHA-256 of the certificate's public key, in hexadecimal."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.Name([x509.NameAttribute(_ATTRIBUTES[kind], value) for kind, value in name])
        builder = self._build(names, key.public_key()).add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        others = [x509.RFC822Name(text) for text in emails] + [x509.DNSName(text) for text in dns]
        others += [x509.UniformResourceIdentifier(text) for text in uris]
        others += [x509.IPAddress(ipaddress.ip_address(text)) for text in addresses]
        if others:
            builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=not name)
        certificate = builder.sign(self._key, hashes.SHA256())
        (self.folder / f"{file}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        (self.folder / f"{file}.key").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(public).hexdigest()


def make(folder):
    """Makes all certificates; returns the pins by name."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = Authority(folder, "ca")
    pins = {"server": authority.issue(
        "server", [("CN", "localhost")], dns=["localhost"], addresses=["127.0.0.1"],
        usage=ExtendedKeyUsageOID.SERVER_AUTH)}
    for name, described in CLIENTS.items():
        pins[name] = authority.issue(name, **described)
    pins["stranger"] = Authority(folder, "other-ca").issue("stranger", [("CN", "alice")], emails=["alice@example.com"])
    return pins
