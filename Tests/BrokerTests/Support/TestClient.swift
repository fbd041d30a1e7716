import Glibc

/// A raw client: sends the text it is told to and reads frames. Reads end with an error after some seconds.
final class TestClient {
    enum Frame: Equatable {
        case message(subject: String, id: String, reply: String?, body: String)
        case other(String)

        var body: String? {
            if case .message(_, _, _, let body) = self { return body }
            return nil
        }

        var reply: String? {
            if case .message(_, _, let reply, _) = self { return reply }
            return nil
        }
    }

    struct Ended: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    /// All messages so far.
    private(set) var messages: [Frame] = []
    /// The INFO lines behind the first one.
    private(set) var information: [String] = []
    private var input: [UInt8] = []
    private var position = 0

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw Ended(description: "cannot connect: \(errno)") }
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        _ = try line()
    }

    deinit {
        end()
    }

    private var isEnded = false

    func end() {
        guard !isEnded else { return }
        isEnded = true
        close(descriptor)
    }

    func send(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Ended(description: "cannot send: \(errno)") }
            bytes = bytes.dropFirst(count)
        }
    }

    func publish(_ subject: String, _ body: String, reply: String = "") throws {
        try send("PUB \(subject) \(reply.isEmpty ? "" : reply + " ")\(body.utf8.count)\r\n\(body)\r\n")
    }

    /// The frames that come before the answer to a PING.
    @discardableResult
    func flush() throws -> [Frame] {
        try send("PING\r\n")
        var frames: [Frame] = []
        while true {
            let frame = try frame()
            if frame == .other("PONG") { return frames }
            frames.append(frame)
        }
    }

    /// The bodies of all messages that have been sent to this client by now.
    func bodies() throws -> [String] {
        try flush().compactMap(\.body)
    }

    func frame() throws -> Frame {
        let frame = try nextFrame()
        if frame.body != nil { messages.append(frame) }
        return frame
    }

    private func nextFrame() throws -> Frame {
        while true {
            let line = try line()
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "MSG":
                let body = try bytes(Int(words.last ?? "") ?? 0)
                return .message(
                    subject: words[1], id: words[2], reply: words.count == 5 ? words[3] : nil,
                    body: String(decoding: body, as: UTF8.self))
            case "HMSG":
                let payload = try bytes(Int(words.last ?? "") ?? 0)
                let headers = Int(words[words.count - 2]) ?? 0
                return .message(
                    subject: words[1], id: words[2], reply: words.count == 6 ? words[3] : nil,
                    body: headers == payload.count
                        ? String(decoding: payload, as: UTF8.self)
                        : String(decoding: payload.dropFirst(headers), as: UTF8.self))
            case "PING": try send("PONG\r\n")
            case "INFO": information.append(line)
            default: return .other(line)
            }
        }
    }

    private func line() throws -> String {
        while true {
            if let end = input[position...].firstIndex(of: 0x0A) {
                let line = String(decoding: input[position..<end], as: UTF8.self)
                position = end + 1
                return line.hasSuffix("\r") ? String(line.dropLast()) : line
            }
            try fill()
        }
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        while input.count - position < count + 2 { try fill() }
        defer { position += count + 2 }
        return Array(input[position..<position + count])
    }

    private func fill() throws {
        if position > 0 {
            input.removeFirst(position)
            position = 0
        }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            throw Ended(description: count == 0 ? "closed by the server" : "nothing came: \(errno)")
        }
        input.append(contentsOf: buffer[..<count])
    }
}
