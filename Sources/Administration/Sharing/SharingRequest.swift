public import NKeys

/// An import that one account asks another for.
public struct SharingRequest: Sendable, Hashable {
    public enum State: String, Sendable, CaseIterable {
        case waiting, approved, refused
    }

    /// The requests of one account that wait at once.
    public static let mostWaiting = 100

    public let id: Int64
    public let importer: PublicKey
    /// What the importer calls the exporter: a name, or a key.
    public let exporter: String
    /// `stream` or `service`.
    public let kind: String
    public let subject: String
    /// In the importer's account; empty where it is the same.
    public let localSubject: String
    public let name: String
    /// Why it is wanted.
    public let reason: String
    /// Whether the importer's policy file asks for it: it comes into force with the next apply.
    public let isPolicy: Bool
    public let state: State
    /// Unix seconds.
    public let requestedAt: Int64
    public let decidedAt: Int64?
    /// What the exporter said to it.
    public let decision: String
}

/// What an account asks for.
public struct NewSharingRequest: Sendable, Hashable {
    public var exporter: String
    public var isService = false
    public var subject: String
    public var localSubject = ""
    public var name = ""
    public var reason = ""

    public init(_ subject: String, of exporter: String) {
        (self.subject, self.exporter) = (subject, exporter)
    }
}

/// An export that an account wants others to know of.
public struct AdvertisedExport: Sendable, Hashable {
    public let account: String
    public let publicKey: PublicKey
    public let kind: String
    public let subject: String
    public let description: String
    public let infoURL: String
    /// Whether an activation is needed.
    public let isPrivate: Bool
}
