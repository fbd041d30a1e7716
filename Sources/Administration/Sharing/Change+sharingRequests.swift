import Audit
import Claims
import GRDB
import NKeys

extension Change {
    /// Asks another account for an import. Nothing is said about whether that account is there, or what it exports.
    public func requestImport(_ new: NewSharingRequest, by importer: AccountEntry) throws -> SharingRequest {
        let subject = try CheckedSubject.check(new.subject, "the requested subject")
        if !new.localSubject.isEmpty { try CheckedSubject.check(new.localSubject, "the local subject") }
        guard !new.exporter.isExactly(importer.name), new.exporter != importer.publicKey.text else {
            throw AdministrationError(.invalidValue, "an account cannot import from itself")
        }
        let waiting = try database.integer(
            "SELECT count(*) AS number FROM import_requests WHERE importer = ? AND state = 'waiting'",
            [importer.publicKey.text])
        guard (waiting ?? 0) < SharingRequest.mostWaiting else {
            throw AdministrationError(
                .refused, "\(SharingRequest.mostWaiting) requests of the account wait already",
                remedy: "withdraw some, or wait for the answers")
        }
        let kind = new.isService ? "service" : "stream"
        let isAsked = try database.finds(
            """
            SELECT 1 FROM import_requests
            WHERE importer = ? AND exporter = ? AND kind = ? AND subject = ? AND state = 'waiting'
            """, [importer.publicKey.text, new.exporter, kind, subject])
        guard !isAsked else { throw AdministrationError(.alreadyExists, "the account has asked for that already") }
        try insert(new, kind, by: importer.publicKey.text, of: importer.operator.text, isPolicy: false)
        guard let made = try reader.requestMade(database.lastInsertedRowID, by: importer) else {
            throw AdministrationError.damagedRow
        }
        accesses.append(AuditedAccess(.importRequest, made, by: made.importer))
        return made
    }

    private func insert(
        _ new: NewSharingRequest, _ kind: String, by importer: String, of operator: String, isPolicy: Bool
    ) throws {
        try database.run(
            sql: """
                INSERT INTO import_requests (
                    operator, importer, exporter, kind, subject, local_subject, name, reason, is_policy, state, requested_at
                ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?)
                """,
            arguments: [
                `operator`, importer, new.exporter, kind, new.subject, new.localSubject, new.name, new.reason,
                isPolicy ? 1 : 0, now,
            ])
    }

    /// Withdraws a request that waits.
    public func withdraw(_ request: SharingRequest) throws {
        guard request.state == .waiting, !request.isPolicy else {
            throw AdministrationError(
                .refused,
                request.isPolicy
                    ? "the account's policy file asks for it: take it out there" : "the request was answered already")
        }
        try database.run(sql: "DELETE FROM import_requests WHERE id = ?", arguments: [request.id])
        accesses.append(AuditedAccess(.importWithdraw, request, by: request.importer))
    }

    /// Refuses a request.
    public func refuse(_ request: SharingRequest, by exporter: AccountEntry, because reason: String) throws {
        try decide(request, .refused, reason)
        accesses.append(AuditedAccess(.importRefuse, request, by: exporter.publicKey))
    }

    /// Grants a request: signs the activation, where the export is private, and adds the import to the account that asked.
    /// An account with a policy file gets it with its next apply.
    ///
    /// - Returns: whether the import is in the importer's claims now.
    public func approve(
        _ request: SharingRequest, by exporter: AccountEntry, validity: Validity, saying words: String
    ) throws -> Bool {
        try decide(request, .approved, words)
        accesses.append(AuditedAccess(.importApprove, request, by: exporter.publicKey))
        let place = Place(operator: EntityReference(exporter.operator), account: EntityReference(exporter.publicKey))
        let exports = try exporter.claims().exports.filter {
            $0.type.name == request.kind && SubjectCover.contains($0.subject, request.subject)
        }
        guard let export = exports.first(where: \.tokenRequired) ?? exports.first else {
            throw AdministrationError(
                .refused, "no \(request.kind) that \"\(exporter.name)\" exports covers \"\(request.subject)\"",
                remedy: "export it first, or refuse the request")
        }
        let activation =
            export.tokenRequired
            ? try generateActivation(
                request.subject, of: export, for: EntityReference(request.importer), at: place, validity: validity)
            : nil
        guard let importer = try reader.accountEntry(request.importer) else {
            throw AdministrationError(.refused, "the account that asked is gone")
        }
        guard !request.isPolicy, try !reader.isGoverned(importer.publicKey) else { return false }
        var new = NewImport()
        new.name = request.name.isEmpty ? nil : request.name
        new.localSubject = request.localSubject.isEmpty ? nil : request.localSubject
        new.isService = request.kind == "service"
        (new.source, new.remoteSubject) = (EntityReference(exporter.publicKey), request.subject)
        // The importer's record says that the exporter approved, by its key alone.
        actorsOfAccounts[importer.publicKey.text] = "nkey:\(exporter.publicKey)"
        new.activation = activation
        do {
            try addImport(
                new,
                at: Place(operator: EntityReference(importer.operator), account: EntityReference(importer.publicKey)))
        } catch is AdministrationError {
            // What stands against it in that account is nothing for others to know.
            throw AdministrationError(
                .refused, "the account that asked cannot take the import as it is now",
                remedy: "refuse the request, so that it asks again for something that it can take")
        }
        return true
    }

    private func decide(_ request: SharingRequest, _ state: SharingRequest.State, _ words: String) throws {
        guard request.state == .waiting else {
            throw AdministrationError(.refused, "the request was answered already: it was \(request.state.rawValue)")
        }
        try database.run(
            sql: "UPDATE import_requests SET state = ?, decided_at = ?, decision = ? WHERE id = ?",
            arguments: [state.rawValue, now, words, request.id])
    }

    // MARK: Policies

    /// Notes the imports that a policy file waits for, so that their exporters see them. What was refused is not asked again.
    func askForPolicies(_ wanted: [ImportRequest], by importer: AccountEntry) throws {
        let key = importer.publicKey.text
        let known = try reader.requests(
            "SELECT * FROM import_requests WHERE importer = ? AND is_policy = 1 ORDER BY id LIMIT 10000", [key])
        func isSame(_ request: SharingRequest, _ item: ImportRequest) -> Bool {
            request.exporter.isExactly(item.exporter) && request.kind == item.kind && request.subject == item.subject
        }
        for request in known where request.state == .waiting && !wanted.contains(where: { isSame(request, $0) }) {
            try database.run(sql: "DELETE FROM import_requests WHERE id = ?", arguments: [request.id])
        }
        for item in wanted where !known.contains(where: { isSame($0, item) && $0.state != .approved }) {
            var new = NewSharingRequest(item.subject, of: item.exporter)
            new.isService = item.kind == "service"
            try insert(new, item.kind, by: key, of: importer.operator.text, isPolicy: true)
        }
    }
}

extension AuditedAccess {
    /// - Parameter account: whose doing it is.
    init(_ operation: AuditOperation, _ request: SharingRequest, by account: PublicKey) {
        self.init(
            operation, AuditRecord.Object(type: "import", id: String(request.id), name: request.subject),
            scope: account.text)
    }
}
