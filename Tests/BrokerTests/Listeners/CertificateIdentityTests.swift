import Authorization
import FoundationEssentials
import NIOSSL
import Testing

@testable import Broker

@Suite("Whom a certificate names") struct CertificateIdentityTests {
    /// Subject: DC=com, O="ACME, Ltd", OU=plant + L=Köln (in UTF-16), 1.2.3.4=odd, CN=press-07; two e-mail addresses, a DNS
    /// name, a URI and an IP address beside it.
    private static let everything = """
        MIIBZzCCARmgAwIBAgIBBzAFBgMrZXAwDTELMAkGA1UEAwwCY2EwIBcNMjYwMTAxMDAwMDAwWhgPMjEyNTEyMDgwMDAwMDBaMGsxEzARBgoJkiaJ
        k/IsZAEZFgNjb20xEjAQBgNVBAoMCUFDTUUsIEx0ZDEfMAwGA1UECxMFcGxhbnQwDwYDVQQHHggASwD2AGwAbjEMMAoGAyoDBAwDb2RkMREwDwYD
        VQQDDAhwcmVzcy0wNzAqMAUGAytlcAMhADtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdopoz4wPDA6BgNVHREEMzAxgQVhQGIuY4INcHJl
        c3MuZXhhbXBsZYYMc3BpZmZlOi8veC95gQVkQGUuZocEAQIDBDAFBgMrZXADQQCUN4JPbMPFZbSWBqY0g6QXBhqNhxkf7nuhJ3SSI7EFXveVa96e
        o89CXUQyADhqCSeyGynyOzv6L4TxrM21JKEL
        """
    /// An empty subject and nothing beside it.
    private static let nothing = """
        MIG6MG6gAwIBAgIBBzAFBgMrZXAwDTELMAkGA1UEAwwCY2EwIBcNMjYwMTAxMDAwMDAwWhgPMjEyNTEyMDgwMDAwMDBaMAAwKjAFBgMrZXADIQA7
        aie8zrakLWKjqNAqbw1zZTIVdx3iQ6Y6wEihi1naKTAFBgMrZXADQQCgK94i6WnSx8Lnv6r7vrvwTKRqNHx9eOcC9n1goU7BR5DHqys9w9QyKBpJ
        s/0u10VA5AJl14v9dmW6VoF4G0sH
        """

    private static func bytes(_ text: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: text.filter { !$0.isWhitespace })))
    }

    private static func certificate(_ text: String) throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: bytes(text), format: .der)
    }

    @Test("names beside the subject are read by kind, in their order")
    func alternativeNames() throws {
        let identity = CertificateIdentity(try Self.certificate(Self.everything))
        #expect(identity.emails == ["a@b.c", "d@e.f"])
        #expect(identity.dnsNames == ["press.example"] && identity.uris == ["spiffe://x/y"])
    }

    @Test("the subject is read with the most particular part first, whatever its values are written in")
    func subject() throws {
        let subject = try #require(CertificateIdentity(try Self.certificate(Self.everything)).subject)
        #expect(subject == DistinguishedName(#"CN=press-07,1.2.3.4=odd,OU=plant+L=Köln,O=ACME\, Ltd,DC=com"#))
    }

    @Test("a subject may be empty")
    func emptySubject() throws {
        #expect(CertificateIdentity(try Self.certificate(Self.nothing)) == CertificateIdentity())
    }

    @Test("bytes that are no certificate, or one that is cut or changed, have no subject or some other one")
    func brokenCertificates() throws {
        let whole = try Self.bytes(Self.everything)
        for count in 0..<whole.count { #expect(DistinguishedName(subjectOf: Array(whole.prefix(count))) == nil) }
        // Nothing of this may trap, whatever it reads.
        for place in whole.indices {
            for value: UInt8 in [0, 0x7F, 0x80, 0xFF, whole[place] ^ 1] {
                var changed = whole
                changed[place] = value
                _ = DistinguishedName(subjectOf: changed)
            }
        }
    }
}
