import NIOCore

/// Which cipher suite a TLS server has chosen, read from the first thing it says, which is not encrypted: the library
/// that makes the handshake does not tell.
struct ServerHello {
    private static let handshakeRecord: UInt8 = 22
    private static let serverHello: UInt8 = 2
    /// The record's header, the message's, the version and the random bytes; then comes the session's length.
    private static let sessionLength = 5 + 4 + 2 + 32

    /// The suite's number; nil where the bytes are no server's first message.
    static func cipher(_ bytes: ByteBufferView) -> UInt16? {
        let start = bytes.startIndex
        guard bytes.count > sessionLength, bytes[start] == handshakeRecord, bytes[start + 5] == serverHello else {
            return nil
        }
        let place = sessionLength + 1 + Int(bytes[start + sessionLength])
        guard bytes.count >= place + 2 else { return nil }
        return UInt16(bytes[start + place]) << 8 | UInt16(bytes[start + place + 1])
    }

    /// The name that TLS registers for a suite, of those that are used here; otherwise its number.
    static func name(_ cipher: UInt16) -> String {
        if let name = names[cipher] { return name }
        let digits = String(cipher, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static let names: [UInt16: String] = [
        0x1301: "TLS_AES_128_GCM_SHA256", 0x1302: "TLS_AES_256_GCM_SHA384", 0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA", 0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
    ]
}

/// Looks at the first bytes that a TLS handler sends, and leaves.
final class ServerHelloReader: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Nil until it has been sent.
    private(set) var cipher: UInt16?
    private var hasLooked = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !hasLooked { cipher = ServerHello.cipher(unwrapOutboundIn(data).readableBytesView) }
        hasLooked = true
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        // Only now: a handler that is gone passes nothing on.
        if hasLooked { context.pipeline.syncOperations.removeHandler(self, promise: nil) }
    }
}
