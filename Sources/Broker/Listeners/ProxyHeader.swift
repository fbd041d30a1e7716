import Authorization

/// The header that a load balancer puts in front of a connection to say whom it is for: the PROXY protocol, versions 1
/// (one line of text) and 2 (binary).
///
/// Only read; whether it is believed depends on who sent it (rule S12), which is for the listener to decide before it
/// looks for a header at all.
struct ProxyHeader: Hashable {
    /// The client's address; nil where the header says that there is none to be told: `UNKNOWN` in version 1, a `LOCAL`
    /// connection such as a health check or another family than TCP over IP in version 2.
    let client: NetworkAddress?
    /// The client's port; 0 where there is no address.
    let port: UInt16

    /// What the first bytes of a connection are.
    enum Reading: Hashable {
        /// More bytes are needed.
        case incomplete
        /// A header that ends before this place.
        case header(ProxyHeader, end: Int)
        /// No header, or a broken one: the connection is of no use.
        case malformed
    }

    /// No line of version 1 is longer, its line end included.
    private static let longestLine = 107
    /// Bytes that a header of version 2 may have after the first 16: addresses, and extensions that are passed over.
    private static let longestBody = 2048
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10]

    /// Reads a header from what has arrived so far. Never needs more than 2,064 bytes to decide.
    static func read(_ bytes: Span<UInt8>) -> Reading {
        guard bytes.count > 0 else { return .incomplete }
        return bytes[0] == signature[0] ? readBinary(bytes) : readLine(bytes)
    }

    // MARK: Version 1

    private static func readLine(_ bytes: Span<UInt8>) -> Reading {
        let start = Array("PROXY ".utf8)
        for index in 0..<min(start.count, bytes.count) where bytes[index] != start[index] { return .malformed }
        var end = 0
        while end < bytes.count, bytes[end] != 0x0A {
            end += 1
            guard end < longestLine else { return .malformed }
        }
        guard end < bytes.count else { return .incomplete }
        guard end > start.count, bytes[end - 1] == 0x0D else { return .malformed }
        let line = (start.count..<end - 1).map { bytes[$0] }
        guard let header = header(words: line.split(separator: 0x20, omittingEmptySubsequences: false)) else {
            return .malformed
        }
        return .header(header, end: end + 1)
    }

    private static func header(words: [ArraySlice<UInt8>]) -> ProxyHeader? {
        guard let family = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        // Whatever follows says nothing that could be believed.
        if family == "UNKNOWN" { return ProxyHeader(client: nil, port: 0) }
        guard family == "TCP4" || family == "TCP6", words.count == 5 else { return nil }
        let addresses = words[1...2].map { word in
            let text = String(decoding: word, as: UTF8.self)
            return text.contains(":") == (family == "TCP6") ? NetworkAddress(text) : nil
        }
        guard let client = addresses[0], addresses[1] != nil, let port = port(words[3]), Self.port(words[4]) != nil
        else { return nil }
        return ProxyHeader(client: client, port: port)
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard (1...5).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self))
    }

    // MARK: Version 2

    private static func readBinary(_ bytes: Span<UInt8>) -> Reading {
        for index in 0..<min(signature.count, bytes.count) where bytes[index] != signature[index] { return .malformed }
        guard bytes.count >= 16 else { return .incomplete }
        let (version, command) = (bytes[12] >> 4, bytes[12] & 0x0F)
        let count = Int(bytes[14]) << 8 | Int(bytes[15])
        guard version == 2, command <= 1, count <= longestBody else { return .malformed }
        guard bytes.count >= 16 + count else { return .incomplete }
        let end = 16 + count
        if command == 0 { return .header(ProxyHeader(client: nil, port: 0), end: end) }
        switch bytes[13] {
        case 0x11:
            return count >= 12 ? .header(header(bytes, addressLength: 4), end: end) : .malformed
        case 0x21:
            return count >= 36 ? .header(header(bytes, addressLength: 16), end: end) : .malformed
        default:
            // Datagrams and sockets of one machine have no address that a rule could speak of.
            return .header(ProxyHeader(client: nil, port: 0), end: end)
        }
    }

    /// The first of the two addresses and of the two ports behind them; the caller has looked that they are there.
    private static func header(_ bytes: Span<UInt8>, addressLength: Int) -> ProxyHeader {
        let client = NetworkAddress(bytes: (16..<16 + addressLength).map { bytes[$0] })
        let place = 16 + 2 * addressLength
        return ProxyHeader(client: client, port: UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1]))
    }
}
