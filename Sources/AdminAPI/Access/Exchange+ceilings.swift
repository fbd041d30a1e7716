import Administration
import Claims
import NKeys

extension Exchange {
    /// Refuses permissions and limits that go beyond what the caller may give away.
    ///
    /// - Parameter grant: the grant that allows the action; nil for that of the operation.
    func checkCeiling(_ limits: UserPermissionLimits, _ grant: AccessGrant? = nil, at pointer: String) throws(Problem) {
        guard let objection = (grant ?? self.grant)?.ceiling?.objection(to: limits) else { return }
        throw Self.above(objection, pointer)
    }

    /// Refuses what could lead a bounded administrator's users to other subjects than it may give away: mappings, imports,
    /// exports and default permissions.
    func checkSubjectsAreFree() throws(Problem) {
        guard let ceiling = grant?.ceiling, ceiling.publish != nil || ceiling.subscribe != nil else { return }
        throw Self.above("subjects that lead elsewhere", "")
    }

    /// Refuses what somebody whose grant has a ceiling cannot do, whatever the ceiling says.
    func checkUnbounded(_ what: String) throws(Problem) {
        guard grant?.ceiling == nil else { throw Self.above(what, "") }
    }

    /// Refuses an expiry that lies beyond what the caller may give away.
    func checkCeiling(expiry: Int64, _ grant: AccessGrant? = nil, at pointer: String) throws(Problem) {
        guard let objection = (grant ?? self.grant)?.ceiling?.objection(toExpiry: expiry, at: now) else { return }
        throw Self.above(objection, pointer)
    }

    /// Refuses an edit of an account that is for those who administer its operator, or goes beyond a ceiling.
    func checkMay(_ edit: AccountEdit, _ account: AccountEntry, _ reader: DirectoryReader) throws {
        if body["force"]?.flag == true || body["signer"] != nil { try requireAdministering(account) }
        switch edit {
        case .settings(let edits, let keys):
            var free = AccountEdits()
            (free.defaultPermissions, free.tags) = (edits.defaultPermissions, edits.tags)
            (free.description, free.infoURL) = (edits.description, edits.infoURL)
            (free.traceSubject, free.traceSampling) = (edits.traceSubject, edits.traceSampling)
            if edits != free || !keys.isEmpty { try requireAdministering(account) }
            // Templates of roles may take subjects from the account's tags.
            let leads = !edits.defaultPermissions.isEmpty || edits.traceSubject != nil || edits.tags != ListEdits()
            if leads { try checkSubjectsAreFree() }
        case .callout: try requireAdministering(account)
        case .addExport, .editExport, .addMapping: try checkSubjectsAreFree()
        case .addImport(let new):
            try checkSubjectsAreFree()
            try checkNamesNobody(new.source, account, at: "/add_import/account")
        case .deleteImport(_, let source): try checkNamesNobody(source, account, at: "/delete_import/account")
        case .revokeActivation(_, let importer, let time):
            try checkNamesNobody(importer, account, at: "/account")
            try RevocationOperations.checkTime(time, at: now, "/revoke_activation/through")
        case .restoreActivation(_, let importer):
            try checkUnbounded("taking a revocation back")
            try checkNamesNobody(importer, account, at: "/account")
        case .revokeUser(_, let time): try RevocationOperations.checkTime(time, at: now, "/revoke_user/through")
        case .restoreUser: try checkUnbounded("taking a revocation back")
        case .roles(let keys, _): for key in keys { try checkMaySign(key, account) }
        case .deleteExport, .deleteMapping: break
        }
    }

    /// Refuses keys for a role that are not one's of the account yet, but made elsewhere: whoever holds the seed issues users whom
    /// nothing bounds, and whom no end of a token ends.
    private func checkMaySign(_ key: String, _ account: AccountEntry) throws {
        guard key.lowercased() != "generate" else { return }
        let isRole = try account.claims().signingKeys.contains {
            $0.scope != nil && ($0.key == key || $0.scope?.role.isExactly(key) == true)
        }
        // A key without a role is no role's to become either: it is for those who may add and delete it.
        if !isRole { try requireAdministering(account) }
    }

    /// Whoever administers the operator of an account.
    func requireAdministering(_ account: AccountEntry) throws(Problem) {
        try require(.administer, on: .operator(account.operator))
    }

    /// Whether there is an account of some name is not for everybody to learn; a key says nothing.
    private func checkNamesNobody(
        _ reference: EntityReference?, _ account: AccountEntry, at pointer: String
    ) throws(Problem) {
        guard let reference, reference.publicKey == nil, reference.text != "*", !seesOperator(account.operator) else {
            return
        }
        throw Problem.invalid(pointer, "must be a public key")
    }

    /// Refuses roles that have come to allow more than the caller may give away.
    func checkRoles(of account: AccountEntry, from before: AccountEntry) throws {
        guard grant?.ceiling != nil else { return }
        let known = try before.claims().signingKeys
        for key in try account.claims().signingKeys where !known.contains(key) {
            guard let scope = key.scope else { continue }
            try checkCeiling(scope.template, at: "/roles/limits")
        }
    }

    private static func above(_ objection: String, _ pointer: String) -> Problem {
        Problem(
            .aboveCeiling, "your token does not allow to give that away",
            faults: [Fault(pointer: pointer, code: "ceiling", detail: objection)], refusal: "above_ceiling")
    }

    /// What the patch of the body makes of a state, checked against a schema.
    func merged(_ current: JSONValue, _ component: String) throws(Problem) -> JSONValue {
        let merged = current.merged(with: body)
        let faults = Components.schema(component).faults(in: merged)
        guard faults.isEmpty else {
            throw Problem(.invalidValue, "the patch makes a value that cannot be taken", faults: faults)
        }
        return merged
    }
}
