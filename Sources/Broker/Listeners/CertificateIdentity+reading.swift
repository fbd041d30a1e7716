import Authorization
import NIOSSL
import SwiftASN1

// Whom a certificate names, read from one that TLS has verified.

extension CertificateIdentity {
    init(_ certificate: NIOSSLCertificate) {
        let names = Self.alternativeNames(of: certificate)
        let subject = (try? certificate.toDERBytes()).flatMap { DistinguishedName(subjectOf: $0) }
        self.init(emails: names.emails, dnsNames: names.dns, uris: names.uris, subject: subject)
    }

    static func alternativeNames(
        of certificate: NIOSSLCertificate
    ) -> (emails: [String], dns: [String], uris: [String]) {
        var names: (emails: [String], dns: [String], uris: [String]) = ([], [], [])
        for name in certificate._subjectAlternativeNames() {
            let text = String(decoding: Array(name.contents), as: UTF8.self)
            switch name.nameType {
            case .email: names.emails.append(text)
            case .dnsName: names.dns.append(text)
            case .uri: names.uris.append(text)
            default: break
            }
        }
        return names
    }
}

/// Whose a certificate is, and who issued it, as they stand in it.
struct CertificateNames {
    let issuer: [UInt8]
    let subject: [UInt8]

    /// Nil for one that cannot be read.
    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes(), let root = try? DER.parse(bytes),
            case .constructed(let parts) = root.content, let signed = Array(parts).first,
            case .constructed(let members) = signed.content
        else { return nil }
        // An explicit version, which the first version leaves out; then serial number, algorithm, issuer, validity.
        let fields = members.drop { $0.identifier.tagClass == .contextSpecific }.map { Array($0.encodedBytes) }
        guard fields.count > 4 else { return nil }
        (issuer, subject) = (fields[2], fields[4])
    }
}

extension DistinguishedName {
    /// The short names that text forms have for types of attributes.
    private static let shortNames: [String: String] = [
        "2.5.4.3": "CN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
        "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.17": "POSTALCODE",
        "0.9.2342.19200300.100.1.25": "DC",
    ]

    /// Reads the subject of a certificate in DER; nil where it is empty or cannot be read.
    init?(subjectOf certificate: [UInt8]) {
        guard let root = try? DER.parse(certificate), let signed = Self.members(of: root, .sequence)?.first,
            var fields = Self.members(of: signed, .sequence)
        else { return nil }
        // An explicit version, which the first version leaves out; then serial number, algorithm, issuer, validity.
        if fields.first?.identifier.tagClass == .contextSpecific { fields.removeFirst() }
        guard fields.count > 4, let sequence = Self.members(of: fields[4], .sequence), !sequence.isEmpty else {
            return nil
        }
        var parts: [Set<Attribute>] = []
        for set in sequence {
            guard let part = Self.part(set) else { return nil }
            parts.append(part)
        }
        // The text form begins with the most particular part, the certificate ends with it.
        self.init(parts: parts.reversed())
    }

    private static func members(of node: ASN1Node, _ kind: ASN1Identifier) -> [ASN1Node]? {
        guard node.identifier == kind, case .constructed(let nodes) = node.content else { return nil }
        return Array(nodes)
    }

    private static func part(_ node: ASN1Node) -> Set<Attribute>? {
        guard let attributes = members(of: node, .set), !attributes.isEmpty else { return nil }
        var part: Set<Attribute> = []
        for attribute in attributes {
            guard let pair = members(of: attribute, .sequence), pair.count == 2,
                let type = try? ASN1ObjectIdentifier(derEncoded: pair[0]), let value = text(pair[1])
            else { return nil }
            part.insert(Attribute(type: shortNames[type.description] ?? type.description, value: value))
        }
        return part
    }

    private static func text(_ node: ASN1Node) -> String? {
        guard case .primitive(let bytes) = node.content else { return nil }
        switch node.identifier {
        case .utf8String, .printableString, .ia5String, .numericString, .visibleString, .teletexString:
            return String(validating: bytes, as: UTF8.self)
        case .bmpString where bytes.count % 2 == 0:
            let bytes = Array(bytes)
            let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
            return String(validating: units, as: UTF16.self)
        default:
            return nil
        }
    }
}
