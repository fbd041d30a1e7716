// What is put on record, what is left to others, and claims as they are.

extension PolicyReader {
    mutating func audit(_ node: PolicyNode) -> AuditPolicy {
        var audit = AuditPolicy(position: node.position)
        read(node, "audit", into: &audit, Self.auditKeys)
        return audit
    }

    static let auditKeys: Keys<AuditPolicy> = [
        (
            "allowed",
            { reader, node, audit in
                audit.allowed = reader.elements(of: node, "allowed").compactMap {
                    reader.subject($0, "an entry of allowed", hasTemplates: false)
                }
            }
        ),
        (
            "sample",
            { reader, node, audit in
                audit.sample = reader.number(node, "sample", "a share such as 1%", { PolicyNumber.share($0) })
                    .map { Placed($0, node.position) }
            }
        ),
        (
            "required",
            { reader, node, audit in
                audit.required = reader.elements(of: node, "required").compactMap {
                    reader.word($0, "an entry of required", AuditPolicy.Event.self)
                }
            }
        ),
        ("hide", { $2.hidden = $0.hiddenPatterns($1) }),
        (
            "address",
            { reader, node, audit in
                audit.addressBits = reader.number(node, "address", "the bits that are kept, such as /24") { text in
                    guard text.hasPrefix("/"), let bits = PolicyNumber.count(String(text.dropFirst())), bits <= 128
                    else {
                        return nil
                    }
                    return Int(bits)
                }.map { Placed($0, node.position) }
            }
        ),
    ]

    /// Patterns in which `{*}` stands for a token that is not recorded.
    private mutating func hiddenPatterns(_ node: PolicyNode) -> [Placed<String>] {
        elements(of: node, "hide").compactMap { element in
            guard let text = text(element, "an entry of hide") else { return nil }
            let tokens = text.split(separator: ".", omittingEmptySubsequences: false)
            guard tokens.contains("{*}") else {
                report(
                    .wrongValue, at: element.position, "\"\(text)\" hides nothing",
                    remedy: "write {*} for a token that is not recorded, such as customer.{*}.>")
                return nil
            }
            let plain = tokens.map { $0 == "{*}" ? "*" : $0 }.joined(separator: ".")
            guard check(PolicySubject(plain, element.position), "an entry of hide", hasTemplates: false) else {
                return nil
            }
            return Placed(text, element.position)
        }
    }

    // MARK: Claims as they are

    /// Fields of claims that the language has no words for.
    ///
    /// - Parameter governed: fields of which others say that they cannot be given.
    mutating func claims(
        _ node: PolicyNode, _ fields: ClaimsFields, besides governed: [String] = []
    ) -> [RawValue.Member] {
        check(node, fields, besides: governed, "claims")
        return members(of: node, "claims").compactMap { member in
            raw(member.value).map { RawValue.Member(name: member.name, value: $0) }
        }
    }

    /// Fields of a role's claims, or of a user's own.
    mutating func roleClaims(_ node: PolicyNode, besides governed: [String] = []) -> [RawValue.Member] {
        let members = claims(node, .role, besides: governed)
        for member in members {
            switch (member.name, member.value.content) {
            case ("allowed_connection_types", .list(let kinds)):
                for kind in kinds {
                    guard case .text(let text, isQuoted: _) = kind.content else { continue }
                    // Servers read it in capitals.
                    checkConnectionKind(text.uppercased(), at: kind.position)
                }
            case ("times_location", .text(let zone, isQuoted: _)):
                checkTimeZone(zone, at: member.value.position)
            default: continue
            }
        }
        return members
    }

    private mutating func raw(_ node: PolicyNode) -> RawValue? {
        switch node.content {
        case .nothing: return RawValue(content: .nothing, position: node.position)
        case .text(let text, let isQuoted):
            guard checkVisibility(of: node, "a field of claims") else { return nil }
            return RawValue(content: .text(text, isQuoted: isQuoted), position: node.position)
        case .list(let elements):
            return RawValue(content: .list(elements.compactMap { raw($0) }), position: node.position)
        case .mapping(let members):
            let found = members.compactMap { member in
                raw(member.value).map { RawValue.Member(name: member.name, value: $0) }
            }
            return RawValue(content: .members(found), position: node.position)
        }
    }
}
