"""Certificates for the TLS of tests, made anew for each of them."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Authority:
    """An authority whose certificate is in `ca.pem`, and what it issues in `NAME.pem` and `NAME-key.pem`."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self._signed("Authority of a test", self.key.public_key(), self.key, None, [
            (x509.BasicConstraints(ca=True, path_length=None), True)])
        self._write(name, self.certificate)

    def issue(self, name, host):
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            subject = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            subject = x509.DNSName(host)
        certificate = self._signed(host, key.public_key(), self.key, self.certificate.subject, [
            (x509.SubjectAlternativeName([subject]), False)])
        self._write(name, certificate)
        (self.folder / f"{name}-key.pem").write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        return self

    def _signed(self, name, public, signer, authority, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(authority or subject).public_key(public)
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
                   .not_valid_after(now + datetime.timedelta(days=1)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(signer, hashes.SHA256())

    def _write(self, name, certificate):
        (self.folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
