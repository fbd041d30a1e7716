import NKeys
import Secrets

@testable import Claims

/// What must hold for any bytes that are taken for a token.
///
/// A changed token hardly ever passes its signature, and nothing behind that would be reached. So bytes that begin with
/// a brace are taken for a payload and signed here by whoever may sign such claims; all others are a token's text.
enum TokenInput {
    /// Fixed keys, so that the same input always takes the same way.
    private static let keys: [KeyKind: KeyPair] = Dictionary(
        uniqueKeysWithValues: KeyKind.allCases.compactMap { kind in
            let seed = Secret(copying: [UInt8](repeating: kind.rawValue | 1, count: 32))
            return (try? KeyPair(kind: kind, rawSeed: seed)).map { (kind, $0) }
        })

    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        input.first == UInt8(ascii: "{") ? fault(inPayload: input) : fault(inText: input)
    }

    // MARK: Texts

    private static func fault(inText input: [UInt8]) -> String? {
        let text = String(decoding: input, as: UTF8.self)
        _ = try? GenericClaims.decode(text)
        _ = try? Token.decodeAny(text)
        guard let token = try? input.withUnsafeBytes({ try Token.decode(bytes: $0) }) else { return nil }
        guard token.text.utf8.elementsEqual(input) else { return "a token's text is not what was read" }
        return fault(in: token.claims)
    }

    // MARK: Payloads

    private static func fault(inPayload input: [UInt8]) -> String? {
        guard let signer = claims(input).flatMap({ signer(of: $0.claims) }) else {
            // What is no claims must not crash as generic ones either; a part of it is enough to look at.
            if input.count.isMultiple(of: 4) { _ = try? input.withUnsafeBytes { try GenericClaims.read(payload: $0) } }
            return nil
        }
        // The last of two equal members wins.
        guard let end = input.lastIndex(of: UInt8(ascii: "}")) else { return nil }
        let payload = input[..<end] + Array(#","iss":"\#(signer.publicKey)"}"#.utf8)
        // Nothing could stand before the comma in an empty object.
        guard let (expected, version) = claims(Array(payload)) else { return nil }
        do {
            let text = try sign(Array(payload), signer, version: version)
            guard text.utf8.count <= Token.maximumSize else { return nil }
            let token = try Token.decode(text)
            guard token.claims == expected else { return "other claims come out of a token than of its payload" }
        } catch {
            return "signed claims are refused: \(error)"
        }
        return fault(in: expected)
    }

    private static func claims(_ payload: [UInt8]) -> (claims: AnyClaims, version: Int)? {
        guard let found = payload.withUnsafeBytes({ try? PayloadType.readClaims($0) }) else { return nil }
        return (found.claims, found.signatureVersion)
    }

    private static func signer(of claims: AnyClaims) -> KeyPair? {
        keys[claims.allowedIssuers?.first ?? .account]
    }

    private static func sign(_ payload: [UInt8], _ pair: KeyPair, version: Int) throws -> String {
        let chunk = Base64URL.encode(payload)
        let signed = TokenHeader.currentEncoded + [0x2E] + chunk
        let signature = try pair.sign(version <= 1 ? chunk : signed)
        return String(decoding: signed + [0x2E] + Base64URL.encode(signature), as: UTF8.self)
    }

    // MARK: Claims

    private static func fault(in claims: AnyClaims) -> String? {
        if let fault = faultInMessages(claims.validate(at: 1_700_000_000)) { return fault }
        expandTemplates(of: claims)
        if case .activation(let activation) = claims { _ = try? activation.hashID() }
        return faultInWriting(claims)
    }

    /// No message repeats a seed, and all say where they belong.
    private static func faultInMessages(_ issues: [ValidationIssue]) -> String? {
        for issue in issues {
            if issue.path.isEmpty, issue.description != "there are more issues than can be shown" {
                return "an issue names no claim: \(issue.description)"
            }
            guard SecretText.hidden(in: issue.description) == issue.description else { return "a message holds a seed" }
        }
        return nil
    }

    private static func expandTemplates(of claims: AnyClaims) {
        guard case .account(let account) = claims else { return }
        var values = PermissionTemplate.Values(user: UserClaims(subject: "U", name: "n"), account: account)
        values.tags = account.tags
        for scope in account.signingKeys.compactMap(\.scope) {
            _ = try? PermissionTemplate.expand(scope.template.permissions, with: values)
            _ = try? PermissionTemplate.expand(scope.template.permissions, with: values, rules: .natsServer)
        }
    }

    /// What was read and written can be read again, is the same, and is written the same.
    private static func faultInWriting(_ claims: AnyClaims) -> String? {
        guard let payload = payload(claims) else { return nil }
        guard let read = read(payload, like: claims) else { return "what was written cannot be read" }
        guard let again = Self.payload(read) else { return "what was written cannot be written again" }
        guard again != payload else { return nil }
        // In a scope an absent limit means unlimited, so that a limit of 0 does not come back.
        guard hasScopeWithoutLimit(claims) else { return "written again, a token is another one" }
        return self.read(again, like: claims) == read ? nil : "read again, claims are other ones"
    }

    private static func read(_ payload: [UInt8], like claims: AnyClaims) -> AnyClaims? {
        guard claims.kind == .generic else { return Self.claims(payload)?.claims }
        // Generic claims may say of themselves that they are of another type.
        return payload.withUnsafeBytes { try? .generic(.read(payload: $0)) }
    }

    /// The payload of a token of these claims; nil if they cannot be written. Nothing is signed, for the sake of speed.
    private static func payload(_ claims: AnyClaims) -> [UInt8]? {
        guard let signer = signer(of: claims) else { return nil }
        let text = try? claims.value.encode(issuer: signer.publicKey, at: claims.issuedAt) { _ in
            [UInt8](repeating: 0, count: 64)
        }
        return text.flatMap { text in
            let bytes = Array(text.utf8)
            return bytes.withUnsafeBytes { try? EncodedToken($0).payloadBytes() }
        }
    }

    private static func hasScopeWithoutLimit(_ claims: AnyClaims) -> Bool {
        guard case .account(let account) = claims else { return false }
        return account.signingKeys.compactMap(\.scope).contains { scope in
            [scope.template.subscriptions, scope.template.data, scope.template.payload].contains(0)
        }
    }
}
