import Audit
import Claims
import NKeys

/// The JSON patch (RFC 6902) from one token's claims to the next one's.
///
/// The token identifier is left out, since it follows from the rest. Tokens inside claims (activations) and whatever
/// looks like a seed are replaced by their hash: a record reveals nothing that could be used.
enum ClaimsPatch {
    /// The patch between two tokens; from an empty object if there was none before.
    static func between(_ old: String?, _ new: String) -> AuditPatch? {
        guard let after = claims(new) else { return nil }
        var writer = PatchWriter()
        writer.write(PatchOperation.between(old.flatMap(claims) ?? .object([:]), after))
        return AuditPatch(json: writer.bytes)
    }

    /// The claims of a token, which is not verified, without their identifier.
    static func claims(_ token: String) -> JSONValue? {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let body = try? Base64URL.decode(Array(parts[1])),
            case .object(var members)? = JSONValue(parsing: body.bytes)
        else { return nil }
        members["jti"] = nil
        return .object(members)
    }
}
