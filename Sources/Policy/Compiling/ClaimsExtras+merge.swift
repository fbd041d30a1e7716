import Claims

// A member of `claims: {…}` takes the place of the compiled one; members of `limits` and of `mappings` one by one.

extension AccountClaims {
    func merging(_ extras: ClaimsExtras) throws(ClaimsError) -> AccountClaims {
        try merged { nats in nats.merge(extras.members, into: ["limits", "mappings"]) }
    }

    fileprivate func merged(
        _ change: (inout TextDictionary<JSONValue>) -> Void
    ) throws(ClaimsError) -> AccountClaims {
        let text = try json()
        guard case .object(var payload)? = JSONValue(parsing: Array(text.utf8)),
            case .object(var nats)? = payload["nats"]
        else { return self }
        change(&nats)
        payload["nats"] = .object(nats)
        return try AccountClaims(payload: Array(JSONValue.object(payload).jsonText.utf8))
    }

    /// Changes the only element of a list.
    fileprivate func merged(
        _ list: String, _ extras: ClaimsExtras, within part: String? = nil
    ) throws(ClaimsError) -> AccountClaims {
        try merged { nats in
            guard case .object(var element)? = nats[list]?.elements?.first else { return }
            if let part {
                var members = element[part]?.members ?? [:]
                members.merge(extras.members, into: [])
                element[part] = .object(members)
            } else {
                element.merge(extras.members, into: [])
            }
            nats[list] = .array([.object(element)])
        }
    }
}

extension Export {
    func merging(_ extras: ClaimsExtras) throws(ClaimsError) -> Export {
        var claims = AccountClaims(subject: "")
        claims.exports = [self]
        return try claims.merged("exports", extras).exports.first ?? self
    }
}

extension Import {
    func merging(_ extras: ClaimsExtras) throws(ClaimsError) -> Import {
        var claims = AccountClaims(subject: "")
        claims.imports = [self]
        return try claims.merged("imports", extras).imports.first ?? self
    }
}

extension UserScope {
    /// The fields of a role are those of its template.
    func merging(_ extras: ClaimsExtras) throws(ClaimsError) -> UserScope {
        var claims = AccountClaims(subject: "")
        claims.setSigningKey(.scope(self))
        return try claims.merged("signing_keys", extras, within: "template").signingKeys.first?.scope ?? self
    }
}

extension TextDictionary<JSONValue> {
    fileprivate mutating func merge(_ other: TextDictionary<JSONValue>, into open: Set<String>) {
        for (name, value) in other {
            guard open.contains(name), case .object(var members)? = self[name], let new = value.members else {
                self[name] = value == .null ? nil : value
                continue
            }
            for (name, value) in new { members[name] = value == .null ? nil : value }
            self[name] = .object(members)
        }
    }
}
