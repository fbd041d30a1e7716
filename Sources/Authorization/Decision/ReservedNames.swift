/// Subjects and groups that the server keeps to itself, whatever the claims say.
enum ReservedNames {
    /// Reply subjects that would let a client pose as the server's own plumbing.
    static func isReservedReply(_ reply: Span<UInt8>) -> Bool {
        guard reply.count > 3 else { return false }
        return begins(reply, "_R_.") || lies(reply, under: "_GR_.") || lies(reply, under: "$JS.ACK.")
    }

    /// Subjects that a client may not publish to.
    static func isReserved(_ subject: Span<UInt8>, _ standing: EffectivePermissions.Standing) -> Bool {
        guard subject.count > 4, subject[0] == UInt8(ascii: "_") || subject[0] == UInt8(ascii: "$") else {
            return false
        }
        if lies(subject, under: "_GR_.") { return true }
        if !standing.contains(.systemAccount), begins(subject, "$NRG.") { return true }
        // Whoever is in the account that answers callouts must not ask them itself.
        return standing.contains(.calloutAccount) && equals(subject, "$SYS.REQ.USER.AUTH")
    }

    /// A group that nobody may join: it stands for none in compiled permissions.
    static func isReservedGroup(_ queue: Span<UInt8>) -> Bool {
        equals(queue, "_sys_")
    }

    /// Whether a text is a well-formed pattern.
    static func isPattern(_ text: Span<UInt8>) -> Bool {
        var start = 0
        for index in 0...text.count where index == text.count || text[index] == UInt8(ascii: ".") {
            if index == start { return false }
            if index - start == 1, text[start] == UInt8(ascii: ">"), index < text.count { return false }
            start = index + 1
        }
        return true
    }

    @inline(__always)
    private static func equals(_ text: Span<UInt8>, _ whole: StaticString) -> Bool {
        text.count == whole.utf8CodeUnitCount && begins(text, whole)
    }

    /// Whether something follows the prefix.
    @inline(__always)
    private static func lies(_ text: Span<UInt8>, under prefix: StaticString) -> Bool {
        text.count > prefix.utf8CodeUnitCount && begins(text, prefix)
    }

    @inline(__always)
    private static func begins(_ text: Span<UInt8>, _ prefix: StaticString) -> Bool {
        guard text.count >= prefix.utf8CodeUnitCount else { return false }
        return prefix.withUTF8Buffer { bytes in
            for index in bytes.indices where text[index] != bytes[index] { return false }
            return true
        }
    }
}
