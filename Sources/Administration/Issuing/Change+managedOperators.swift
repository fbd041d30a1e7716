import Claims
import GRDB
import NKeys

extension Change {
    /// Takes in the token of an operator that is run elsewhere, and selects it. Its accounts sign themselves here, and
    /// the operator signs them where its key is.
    ///
    /// - Parameters:
    ///   - text: the operator JWT.
    ///   - name: the name that the operator must have; nil for any.
    ///   - isForced: whether it may replace the token that is here under its key, whatever their dates; and whether a
    ///     token is taken that breaks rules of the format or counts no more.
    @discardableResult
    public func takeOperator(_ text: String, named name: String? = nil, isForced: Bool = false) throws -> OperatorEntry
    {
        let token = try Self.decoded(text)
        guard case .operator(let claims) = token.claims else { throw Self.wrongKind(token, "an operator") }
        let key = try Self.subject(of: token)
        guard claims.issuer == claims.subject else {
            throw AdministrationError(
                .refused, "the operator \"\(claims.name)\" was not signed by its own key",
                remedy: "ask its owner for the token as it was issued")
        }
        let checked = try EntityName.checked(claims.name, for: "an operator")
        if let name, !name.isExactly(checked) {
            throw AdministrationError(
                .refused, "the operator's token names it \"\(checked)\", not \"\(name)\"",
                remedy: "leave --name out: an operator has the name that its token says")
        }
        let others = try reader.operators()
        if let other = others.first(where: { $0.name.isExactly(checked) && $0.publicKey != key }) {
            throw AdministrationError(
                .alreadyExists, "the operator \"\(checked)\" already exists with another key (\(other.publicKey))",
                remedy: "keep the two apart with --all-dirs")
        }
        if others.contains(where: { $0.publicKey == key && $0.token != text }), !isForced {
            throw AdministrationError(
                .alreadyExists, "the operator \"\(checked)\" already exists", remedy: "replace its token with --force")
        }
        try checkRules(of: claims, isForced: isForced)
        let entry = try put(claims, key, take(token, scope: key))
        if try !keyring.holds(key) { try setManaged(entry) }
        try select(operator: entry)
        return try reader.operator(EntityReference(key))
    }

    /// Notes that an operator is run elsewhere.
    private func setManaged(_ entry: OperatorEntry) throws {
        try database.execute(
            sql: "UPDATE operators SET managed = 1 WHERE public_key = ?", arguments: [entry.publicKey.text])
    }

    private func checkRules(of claims: OperatorClaims, isForced: Bool) throws {
        let faults = claims.validate(at: now).filter { $0.level != .warning }.map(\.description)
        guard faults.isEmpty || isForced else {
            throw AdministrationError(
                .invalidClaims, "the operator \"\(claims.name)\" is not valid: " + faults.joined(separator: "; "),
                remedy: "take it all the same with --force")
        }
        for fault in faults { warn("operator \"\(claims.name)\": \(fault)") }
    }
}
