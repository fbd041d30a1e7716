import Claims
import NKeys

/// An import, as a person describes it.
public struct NewImport: Sendable, Hashable {
    /// The name; by default that of the activation, or the remote subject.
    public var name: String?
    /// The exporting account, by name or key. An activation knows it already.
    public var source: EntityReference?
    /// The subject in the exporting account. An activation knows it already.
    public var remoteSubject: String?
    /// The subject in this account, where it is to be another one; `$1` stands for the first wildcard.
    public var localSubject: String?
    /// Whether it is a service rather than a stream. An activation knows it already.
    public var isService = false
    /// Whether information about the requester is shared with a service's exporter.
    public var share = false
    /// Whether message traces may cross into the exporting account.
    public var allowTrace = false
    /// An activation token, for a private export.
    public var activation: String?

    public init() {}
}

extension Change {
    /// Adds an import to the account of a place.
    public func addImport(_ new: NewImport, at place: Place, signer: SignerChoice = .automatic) throws {
        let account = try reader.account(at: place)
        let entry = try reader.operator(at: place)
        let element = try new.activation.map { try imported($0, new, by: account) } ?? imported(new, of: entry)
        guard element.account != account.publicKey.text else {
            throw AdministrationError(
                .invalidValue, "the account \"\(account.name)\" cannot import from itself",
                remedy: "name the importing account with --account, and the exporting one with --src-account")
        }
        try CheckedSubject.check(element.subject, "the remote subject")
        if !element.localSubject.isEmpty { try CheckedSubject.check(element.localSubject, "the local subject") }
        try editAccount(account, signer: signer) { claims, _ in
            let isThere = claims.imports.contains {
                $0.account == element.account && $0.type == element.type && $0.subject.isExactly(element.subject)
                    && $0.localSubject.isExactly(element.localSubject)
            }
            guard !isThere else {
                throw AdministrationError(
                    .alreadyExists,
                    "the account \"\(account.name)\" already imports the \(element.type.name) \"\(element.subject)\"",
                    remedy: "delete that import first")
            }
            claims.imports.append(element)
            note(.added, "import", element.subject)
        }
        try checkExport(of: element)
    }

    /// Deletes an import, found by its remote or local subject.
    public func deleteImport(
        _ subject: String?, from source: EntityReference?, at place: Place, signer: SignerChoice = .automatic
    ) throws {
        let entry = try reader.operator(at: place)
        let sourceKey = try source.map { try accountKey($0, of: entry) }
        try editAccount(reader.account(at: place), signer: signer) { claims, account in
            let matches = claims.imports.indices.filter { index in
                let element = claims.imports[index]
                return (subject.map { $0.isExactly(element.subject) || $0.isExactly(element.localSubject) } ?? true)
                    && (sourceKey == nil || sourceKey == element.account)
            }
            guard let index = matches.first else {
                throw AdministrationError(
                    .notFound, "the account \"\(account.name)\" has no import \"\(subject ?? "")\"",
                    remedy: "see \"chancery describe account \(commandWord(account.name))\"")
            }
            guard matches.count == 1 else {
                throw AdministrationError(
                    .noSelection, "it is not clear which import is meant",
                    remedy: "name it with --subject and --src-account")
            }
            note(.deleted, "import", claims.imports.remove(at: index).subject)
        }
    }

    /// An import that an activation allows.
    private func imported(_ activation: String, _ new: NewImport, by account: AccountEntry) throws -> Import {
        let claims: ActivationClaims
        do {
            claims = try ActivationClaims.decode(activation)
        } catch {
            throw AdministrationError(
                .invalidValue, "the activation cannot be read: \(error.message)",
                remedy: "ask the exporting account for a new one, made with \"generate activation\"")
        }
        guard claims.subject == account.publicKey.text else {
            throw AdministrationError(
                .refused, "the activation is for the account \(claims.subject), not for \"\(account.name)\"",
                remedy: "ask for one with --target-account \(account.publicKey)")
        }
        var element = Import(
            name: new.name ?? (claims.name.isEmpty ? claims.importSubject : claims.name),
            subject: new.remoteSubject ?? claims.importSubject,
            account: claims.issuerAccount.isEmpty ? claims.issuer : claims.issuerAccount, token: activation,
            localSubject: new.localSubject ?? "", type: claims.importType)
        element.share = new.share
        element.allowTrace = new.allowTrace
        return element
    }

    /// An import of a public export.
    private func imported(_ new: NewImport, of entry: OperatorEntry) throws -> Import {
        guard let source = new.source, let subject = new.remoteSubject, !subject.isEmpty else {
            throw AdministrationError(
                .invalidValue, "an import needs the exporting account and its subject, or an activation",
                remedy: "give --src-account and --remote-subject, or --token")
        }
        var element = Import(
            name: new.name ?? subject, subject: subject, account: try accountKey(source, of: entry),
            localSubject: new.localSubject ?? "", type: new.isService ? .service : .stream)
        element.share = new.share
        element.allowTrace = new.allowTrace
        return element
    }

    /// The key of an account that may be somebody else's.
    private func accountKey(_ reference: EntityReference, of entry: OperatorEntry) throws -> String {
        guard let key = reference.publicKey else { return try reader.account(reference, of: entry).publicKey.text }
        guard key.kind == .account else {
            throw AdministrationError(
                .invalidValue, "\(key) is not an account public key", remedy: "give a key that begins with A")
        }
        return key.text
    }

    /// Warns when an account of this directory has no export that the import could use.
    private func checkExport(of element: Import) throws {
        if element.token.isEmpty {
            warnOpenly(
                "the import of \"\(element.subject)\" has no activation: it counts only where the export is public")
        }
        guard let key = EntityReference(element.account).publicKey, let source = try reader.accountEntry(key) else {
            return
        }
        let exports = try source.claims().exports.filter {
            $0.type == element.type && SubjectCover.contains($0.subject, element.subject)
        }
        if exports.isEmpty {
            warn("the account \"\(source.name)\" has no export that the import of \"\(element.subject)\" could use")
        } else if element.token.isEmpty, exports.allSatisfy(\.tokenRequired) {
            warn(
                "the export of \"\(element.subject)\" is private: the import needs an activation, made with "
                    + "\"chancery generate activation --account \(commandWord(source.name))\"")
        }
    }
}
