import Secrets
import Testing

@testable import Claims
@testable import NKeys

@Suite("Vectors: trust, scopes, templates and lists")
struct VectorsHelperTests {
    static let kinds: Set<String> = [
        "account.is_claim_revoked", "activation.hash_id", "cidrlist.set", "did_sign", "limits.flags",
        "revocation.compact", "revocation.is_revoked", "revocation.revoke", "scope.validate_signer",
        "subject.has_wildcards", "subject.is_contained_in", "subject.renaming_to_subject", "taglist.add",
        "taglist.remove", "template.expand", "user.has_empty_permissions",
    ]

    // MARK: Trust

    @Test("revoked claims", arguments: Vector.of("account.is_claim_revoked"))
    func claimRevoked(_ vector: Vector) throws {
        var account = AccountClaims(subject: "")
        account.revocations = try revocations(#require(vector.input["revocations"]))
        var user = UserClaims(subject: try vector.text("sub"))
        user.issuedAt = try #require(vector.input["iat"]?.integer)
        #expect(account.isRevoked(user) == vector.expect["result"]?.flag)
    }

    @Test("revoked keys", arguments: Vector.of("revocation.is_revoked"))
    func keyRevoked(_ vector: Vector) throws {
        let list = try revocations(#require(vector.input["list"]))
        let issuedAt = try #require(vector.input["issued_at"]?.integer)
        #expect(list.isRevoked(try vector.text("key"), issuedAt: issuedAt) == vector.expect["result"]?.flag)
    }

    @Test("revoking", arguments: Vector.of("revocation.revoke"))
    func revoke(_ vector: Vector) throws {
        var list = try revocations(#require(vector.input["list"]))
        for entry in try #require(vector.input["revoke"]?.elements) {
            guard let pair = entry.elements, let key = pair[0].text, case .number(let time) = pair[1] else { continue }
            list.revoke(key, at: Int64(time))
        }
        #expect(try list == revocations(#require(vector.expect["list"])))
    }

    @Test("the later one of a key's own entry and that of all keys counts")
    func effectiveRevocation() {
        #expect(RevocationList().effectiveTime(of: "K") == nil)
        #expect((["L": 5] as RevocationList).effectiveTime(of: "K") == nil)
        #expect((["K": -3] as RevocationList).effectiveTime(of: "K") == -3)
        #expect((["K": 5, "*": 7] as RevocationList).effectiveTime(of: "K") == 7)
        #expect((["K": 9, "*": 7] as RevocationList).effectiveTime(of: "K") == 9)
        #expect((["*": 7] as RevocationList).effectiveTime(of: "K") == 7)
        var list: RevocationList = ["K": 9, "*": 7]
        list.clear("K")
        #expect(list.isRevoked("K", issuedAt: 7) && !list.isRevoked("K", issuedAt: 8))
    }

    @Test("compacting", arguments: Vector.of("revocation.compact"))
    func compact(_ vector: Vector) throws {
        var list = try revocations(#require(vector.input["list"]))
        list.compact()
        #expect(try list == revocations(#require(vector.expect["list"])))
    }

    @Test("who signed", arguments: Vector.of("did_sign"))
    func didSign(_ vector: Vector) throws {
        var issuingOperator = OperatorClaims(subject: try vector.text("operator"))
        issuingOperator.signingKeys = [try vector.text("operator_signing_key")]
        issuingOperator.strictSigningKeyUsage = try vector.text("by") == "operator strict"
        var account = AccountClaims(subject: try vector.text("account"))
        account.signingKeys = [.key(try vector.text("account_signing_key"))]
        var user = UserClaims(subject: "U")
        let result: Bool
        switch try vector.text("case") {
        case "account-account-self":
            account.issuer = account.subject
            result = account.didSign(account)
        case "account-user-by-account":
            user.issuer = account.subject
            result = account.didSign(user)
        case "account-user-by-signing-key-no-issuer-account":
            user.issuer = try vector.text("account_signing_key")
            result = account.didSign(user)
        case "operator-account", "strict-operator-account":
            account.issuer = issuingOperator.subject
            result = issuingOperator.didSign(account)
        case "operator-account-by-other":
            account.issuer = try vector.text("account")
            result = issuingOperator.didSign(account)
        case "operator-account-by-signing-key":
            account.issuer = try vector.text("operator_signing_key")
            result = issuingOperator.didSign(account)
        case "strict-operator-self":
            issuingOperator.issuer = issuingOperator.subject
            result = issuingOperator.didSign(issuingOperator)
        default:
            Issue.record("no test for \(vector.id)")
            return
        }
        #expect(result == vector.expect["result"]?.flag)
    }

    // MARK: Scopes

    @Test("users of a scoped key", arguments: Vector.of("scope.validate_signer"))
    func scope(_ vector: Vector) throws {
        let payload = Array(try vector.text("claim_type_struct").utf8)
        var user = try payload.withUnsafeBytes { try UserClaims.read(payload: $0) }
        // This one has the list in memory only, where JSON leaves it out.
        if vector.id == "scope-empty-not-nil-list" { user.limits.hasEmptyArray = true }
        let scope = UserScope(key: try vector.text("scope_key"))
        do {
            try scope.check(user)
            #expect(vector.expect["ok"]?.flag == true)
        } catch {
            #expect(error.message == vector.expectedError)
        }
    }

    @Test("empty permissions", arguments: Vector.of("user.has_empty_permissions"))
    func emptyPermissions(_ vector: Vector) throws {
        let user = try UserClaims.decode(vector.text("token"))
        #expect(user.hasEmptyPermissions == vector.expect["result"]?.flag)
    }

    @Test("limits", arguments: Vector.of("limits.flags"))
    func limits(_ vector: Vector) throws {
        let limits = try vector.input.jsonBytes.withUnsafeBytes { try JSONReader.read($0, as: AccountLimits.self) }
        #expect(limits.isEmpty == vector.expect["is_empty"]?.flag)
        #expect(limits.isUnlimited == vector.expect["is_unlimited"]?.flag)
        #expect(limits.isJetStreamEnabled == vector.expect["is_js_enabled"]?.flag)
    }

    /// With the rules of nats-server; the strict ones have tests of their own.
    @Test("templates", arguments: Vector.of("template.expand"))
    func template(_ vector: Vector) throws {
        let permissions = try #require(vector.input["permissions"]).jsonBytes.withUnsafeBytes {
            try JSONReader.read($0, as: Permissions.self)
        }
        var values = PermissionTemplate.Values()
        values.name = try vector.text("name")
        values.subject = try vector.text("subject")
        values.accountName = try vector.text("account_name")
        values.accountSubject = try vector.text("issuer_account")
        values.tags = vector.input["tags"]?.elements?.compactMap(\.text) ?? []
        values.accountTags = vector.input["account_tags"]?.elements?.compactMap(\.text) ?? []
        do {
            let expanded = try PermissionTemplate.expand(permissions, with: values, rules: .natsServer)
            #expect(expanded.publish.allow == texts(vector.expect["pub_allow"]))
            #expect(expanded.publish.deny == texts(vector.expect["pub_deny"]))
            #expect(expanded.subscribe.allow == texts(vector.expect["sub_allow"]))
            #expect(expanded.subscribe.deny == texts(vector.expect["sub_deny"]))
        } catch {
            #expect(error.message == vector.expectedError)
        }
    }

    // MARK: Subjects

    @Test("wildcards", arguments: Vector.of("subject.has_wildcards"))
    func wildcards(_ vector: Vector) throws {
        #expect(SubjectRules.hasWildcards(try vector.text("subject")) == vector.expect["result"]?.flag)
    }

    @Test("containment", arguments: Vector.of("subject.is_contained_in"))
    func containment(_ vector: Vector) throws {
        let result = SubjectRules.isContained(try vector.text("subject"), in: try vector.text("other"))
        #expect(result == vector.expect["result"]?.flag)
    }

    @Test("local subjects as patterns", arguments: Vector.of("subject.renaming_to_subject"))
    func localSubject(_ vector: Vector) throws {
        #expect(SubjectRules.pattern(ofLocal: try vector.text("subject")) == vector.expect["result"]?.text)
    }

    // MARK: Lists

    @Test("activation hashes", arguments: Vector.of("activation.hash_id"))
    func hashID(_ vector: Vector) throws {
        var claims = ActivationClaims(subject: try vector.text("subject"))
        claims.issuer = try vector.text("issuer")
        claims.importSubject = try vector.text("import_subject")
        #expect(try claims.hashID() == vector.expect["hash"]?.text)
    }

    @Test("network lists", arguments: Vector.of("cidrlist.set"))
    func networks(_ vector: Vector) throws {
        #expect(NetworkList.parse(try vector.text("text")) == texts(vector.expect["list"]))
    }

    @Test("adding tags", arguments: Vector.of("taglist.add"))
    func addTags(_ vector: Vector) throws {
        var tags: [String] = []
        TagList.add(texts(vector.input["add"]), to: &tags)
        #expect(tags == texts(vector.expect["list"]))
        #expect(TagList.contains("B", in: tags) == vector.expect["contains_B"]?.flag)
    }

    @Test("removing tags", arguments: Vector.of("taglist.remove"))
    func removeTags(_ vector: Vector) throws {
        var tags = texts(vector.input["list"])
        TagList.remove([try vector.text("remove")], from: &tags)
        #expect(tags == texts(vector.expect["list"]))
    }

    private func texts(_ value: JSONValue?) -> [String] { value?.elements?.compactMap(\.text) ?? [] }

    private func revocations(_ value: JSONValue) throws -> RevocationList {
        var list = RevocationList()
        for (key, time) in try #require(value.members) { list.entries[key] = time.integer }
        return list
    }
}
