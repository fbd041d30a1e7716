import NIOCore
import Synchronization

/// Takes server-sent events apart, as they arrive in pieces.
final class EventReader: Sendable {
    /// The most bytes of a line: no record is larger.
    private static let longest = 1 << 20

    private let line = Mutex<[UInt8]>([])

    /// The data of the events that are whole by now.
    func data(in piece: ByteBuffer) -> [[UInt8]] {
        line.withLock { line in
            var found: [[UInt8]] = []
            for byte in piece.readableBytesView {
                guard byte == UInt8(ascii: "\n") else {
                    if line.count < Self.longest { line.append(byte) }
                    continue
                }
                if line.starts(with: Array("data: ".utf8)) { found.append(Array(line.dropFirst(6))) }
                line = []
            }
            return found
        }
    }
}
