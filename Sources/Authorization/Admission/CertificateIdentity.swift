/// Whom a client certificate names, read from a certificate that TLS has verified.
public struct CertificateIdentity: Sendable, Hashable {
    /// The e-mail addresses among the subject's other names.
    public var emails: [String]
    public var dnsNames: [String]
    /// URIs, such as SPIFFE ids.
    public var uris: [String]
    /// The subject with all its attributes; nil where it is empty.
    public var subject: DistinguishedName?

    public init(
        emails: [String] = [], dnsNames: [String] = [], uris: [String] = [], subject: DistinguishedName? = nil
    ) {
        self.emails = emails
        self.dnsNames = dnsNames
        self.uris = uris
        self.subject = subject
    }

    /// The user that the certificate stands for: by an e-mail address, a DNS name, a URI, the subject in its order, the
    /// subject with its parts in another order, the subject's text, or the subject without domain components; the first
    /// that a user has who may connect in this way.
    func user(in users: LocalUsers, type: ConnectionType) -> LocalUser? {
        let candidates = users.users.filter { $0.key == nil && $0.allows(type) }
        func named(_ name: String) -> LocalUser? {
            candidates.first { $0.name.utf8.elementsEqual(name.utf8) }
        }
        for name in emails + dnsNames + uris {
            if let user = named(name) { return user }
        }
        guard let subject else { return nil }
        let names = candidates.map { ($0, DistinguishedName($0.name)) }
        if let (user, _) = names.first(where: { $0.1 == subject }) { return user }
        if let (user, _) = names.first(where: { $0.1?.isReordering(of: subject) ?? false }) { return user }
        if let user = named(subject.text) { return user }
        let withoutDomain = subject.withoutDomain
        return withoutDomain.parts.isEmpty ? nil : names.first { $0.1 == withoutDomain }?.0
    }
}
