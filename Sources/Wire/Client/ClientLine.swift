/// What a client writes: `PUB`, `HPUB`, `SUB`, `UNSUB`, `PING`, `PONG`.
public enum ClientLine {
    public static let ping = Array("PING\r\n".utf8)
    public static let pong = Array("PONG\r\n".utf8)

    /// Whether a subject, queue group or reply can stand on a line without becoming something else: not empty, no
    /// blanks, no control characters. It says nothing about whether a server takes it.
    public static func isSafe(_ word: String) -> Bool {
        !word.isEmpty && !word.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
    }

    /// Appends a whole publication.
    ///
    /// - Parameters:
    ///   - subject: and `reply`: must be ``isSafe(_:)``.
    ///   - headerBlock: as ``Headers/block`` makes it; empty makes a `PUB`.
    public static func publish(
        subject: String, reply: String?, headerBlock: [UInt8], payload: [UInt8], to bytes: inout [UInt8]
    ) {
        let (total, overflow) = headerBlock.count.addingReportingOverflow(payload.count)
        assert(!overflow, "two arrays that are in memory have a size that can be counted")
        bytes.reserveCapacity(bytes.count + subject.utf8.count + (reply?.utf8.count ?? 0) + total + 64)
        bytes += (headerBlock.isEmpty ? "PUB " : "HPUB ").utf8
        bytes += subject.utf8
        bytes.append(0x20)
        if let reply {
            bytes += reply.utf8
            bytes.append(0x20)
        }
        if !headerBlock.isEmpty { bytes += "\(headerBlock.count) ".utf8 }
        bytes += "\(total)\r\n".utf8
        bytes += headerBlock
        bytes += payload
        bytes += [0x0D, 0x0A]
    }

    /// `SUB subject [queue] sid`
    public static func subscribe(subject: String, queue: String?, subscription: UInt64) -> [UInt8] {
        let group = queue.map { "\($0) " } ?? ""
        return Array("SUB \(subject) \(group)\(subscription)\r\n".utf8)
    }

    /// `UNSUB sid [max]`: at once, or after `maximum` deliveries counted from the start of the subscription.
    public static func unsubscribe(subscription: UInt64, after maximum: Int?) -> [UInt8] {
        let tail = maximum.map { " \($0)" } ?? ""
        return Array("UNSUB \(subscription)\(tail)\r\n".utf8)
    }
}
