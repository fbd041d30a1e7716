import FoundationEssentials
import Messaging
import Wire

/// How a message that was received is shown: one line.
struct MessageOutput {
    /// Whether messages are shown as JSON objects.
    let asJSON: Bool

    private struct Shown: Encodable {
        var subject: String
        var reply: String?
        var headers: [String: [String]]?
        /// The payload, if it is text.
        var payload: String?
        /// The payload in base64, if it is not.
        var payload_base64: String?
    }

    /// Shows the `number`th message.
    func show(_ message: Message, number: Int) throws {
        guard asJSON else {
            let payload = String(decoding: message.payload, as: UTF8.self)
            return Console.data("[#\(number)] received on \"\(Self.line(message.subject))\": \(Self.line(payload))")
        }
        let text = String(validating: message.payload, as: UTF8.self)
        try JSONOutput.line(
            Shown(
                subject: message.subject, reply: message.reply, headers: Self.headers(message), payload: text,
                payload_base64: text == nil ? Data(message.payload).base64EncodedString() : nil))
    }

    private static func headers(_ message: Message) -> [String: [String]]? {
        let fields = message.headers.fields
        return fields.isEmpty ? nil : Dictionary(grouping: fields, by: \.name).mapValues { $0.map(\.value) }
    }

    /// The text on one line, harmless to a terminal.
    private static func line(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            default: line.unicodeScalars.append(scalar)
            }
        }
        return Console.printable(line)
    }
}
