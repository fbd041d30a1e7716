import Authorization
import Subjects

/// How the sentences of tests are written. What people are told of them and what is read is this one table.
///
/// Words in lower case stand as they are, those in upper case for what is named; what is in brackets may be left out, and
/// stands in any order.
public enum PolicySentence {
    /// Why a text is no sentence, and what to write instead.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        public let message: String
        public let remedy: String

        public var description: String { remedy.isEmpty ? message : "\(message): \(remedy)" }
    }

    private static let forms: [Form] = [
        Form("publish S [reply R]") { .publish($0["S"], reply: $0.optional("R")) },
        Form("request S") { .request($0["S"]) },
        Form("subscribe P [queue Q]") { .subscribe($0["P"], queue: $0.optional("Q")) },
        Form("receive S [queue Q]") { .receive($0["S"], queue: $0.optional("Q")) },
        Form("reply to S") { .reply($0["S"]) },
        Form("get BUCKET KEY") { .get(bucket: $0["BUCKET"], key: $0["KEY"]) },
        Form("put BUCKET KEY") { .put(bucket: $0["BUCKET"], key: $0["KEY"]) },
        Form("next STREAM/CONSUMER") { named in
            let parts = named["STREAM/CONSUMER"].split(separator: "/").map(String.init)
            return .next(stream: parts.first ?? "", consumer: parts.last ?? "")
        },
        Form("connect [from IP] [at HH:MM] [as KIND]") {
            .connect(from: $0.optional("IP"), at: $0.optional("HH:MM"), kind: $0.optional("KIND"))
        },
    ]

    /// All forms, for people.
    public static let summary: String = {
        let texts = forms.map(\.text)
        return texts.dropLast().joined(separator: ", ") + " or " + (texts.last ?? "")
    }()

    /// The first words of each form.
    static let beginnings: [String] = forms.map { form in
        form.words.prefix { $0.first?.isLowercase == true }.joined(separator: " ")
    }

    /// Reads a sentence.
    ///
    /// - Throws: ``Fault`` for what is none, or names something that cannot be: it would be true that nobody may do it,
    ///   whatever a role says.
    static func read(_ text: String) throws(Fault) -> PolicyTest.Act {
        let words = text.split(separator: " ").map(String.init)
        guard let form = forms.first(where: { $0.words.first == words.first }) else {
            throw Fault(message: "\"\(text)\" is no sentence of a test", remedy: "write \(summary)")
        }
        guard let named = form.match(words) else {
            throw Fault(message: "\"\(text)\" is no sentence of a test", remedy: "write \(form.text)")
        }
        for (operand, value) in named.values.sorted(by: { $0.key < $1.key }) { try check(value, operand) }
        return form.make(named)
    }

    /// What is wrong with a text as a sentence; nil for nothing.
    public static func fault(in text: String) -> Fault? {
        do throws(Fault) { _ = try read(text) } catch { return error }
        return nil
    }

    // MARK: Forms

    /// What a sentence names, by the word that stands for it in the form.
    private struct Named {
        var values: [String: String] = [:]

        subscript(word: String) -> String { values[word] ?? "" }
        func optional(_ word: String) -> String? { values[word] }
    }

    private struct Form: Sendable {
        let text: String
        /// What every such sentence has.
        let words: [String]
        /// What may follow: a word, and what it is about.
        let options: [String: String]
        let make: @Sendable (Named) -> PolicyTest.Act

        init(_ text: String, _ make: @escaping @Sendable (Named) -> PolicyTest.Act) {
            self.text = text
            self.make = make
            let parts = text.split(separator: "[").map {
                $0.filter { $0 != "]" }.split(separator: " ").map(String.init)
            }
            words = text.hasPrefix("[") ? [] : parts.first ?? []
            options = Dictionary(
                parts.dropFirst().filter { $0.count == 2 }.map { ($0[0], $0[1]) },
                uniquingKeysWith: { first, _ in first })
        }

        /// What a text names; nil where it is not of this form.
        func match(_ texts: [String]) -> Named? {
            guard texts.count >= words.count else { return nil }
            var named = Named()
            for (word, text) in zip(words, texts) {
                if word.first?.isLowercase == true {
                    guard word == text else { return nil }
                } else {
                    named.values[word] = text
                }
            }
            var rest = texts.dropFirst(words.count)
            while let word = rest.popFirst() {
                guard let operand = options[word], named.values[operand] == nil, let value = rest.popFirst() else {
                    return nil
                }
                named.values[operand] = value
            }
            return named
        }
    }

    // MARK: What is named

    private static func check(_ text: String, _ operand: String) throws(Fault) {
        switch operand {
        case "P": _ = try pattern(text, "the subject")
        case "S", "R", "KEY": try checkSubject(text, operand == "KEY" ? "the key" : "the subject")
        case "Q":
            let group = try pattern(text, "the queue group")
            guard group.wildcardCount == 0, !group.hasTail else {
                throw Fault(
                    message: "a subscription is in one queue group, and \(text) stands for many", remedy: "name one")
            }
        case "BUCKET": try checkStore(text, "a bucket's name")
        case "STREAM/CONSUMER":
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else {
                throw Fault(message: "\"\(text)\" is no consumer of a stream", remedy: "write STREAM/CONSUMER")
            }
            try checkStore(parts[0], "a stream's name")
            try checkStore(parts[1], "a consumer's name")
        case "IP":
            guard NetworkAddress(text) != nil else {
                throw Fault(message: "\"\(text)\" is no address", remedy: "write one such as 10.0.0.1 or 2001:db8::1")
            }
        case "HH:MM":
            guard PolicyReader.clockTime(text) != nil else {
                throw Fault(message: "\"\(text)\" is no time of day", remedy: "write one from 00:00 to 23:59")
            }
        default:
            let kinds = PolicyReader.connectionWords
            guard kinds.contains(text) else {
                throw Fault(
                    message: "there is no kind of connections \"\(text)\"",
                    remedy: "there are: \(kinds.joined(separator: ", "))")
            }
        }
    }

    private static func checkStore(_ text: String, _ what: String) throws(Fault) {
        guard PolicyReader.isStoreName(text) else {
            throw Fault(message: "\"\(text)\" cannot be \(what)", remedy: "take up to 255 letters, digits, - and _")
        }
    }

    private static func checkSubject(_ text: String, _ what: String) throws(Fault) {
        let pattern = try pattern(text, what)
        guard pattern.wildcardCount > 0 || pattern.hasTail else { return }
        let tokens = pattern.tokens.map { token in
            if case .literal(let bytes) = token { String(decoding: bytes, as: UTF8.self) } else { "x" }
        }
        throw Fault(
            message: "\(text) stands for many subjects, and the sentence is about one",
            remedy: "write one of them, such as \((tokens + (pattern.hasTail ? ["x"] : [])).joined(separator: "."))")
    }

    private static func pattern(_ text: String, _ what: String) throws(Fault) -> Pattern {
        if text.contains("{{") || text.contains("}}") {
            throw Fault(
                message: "\(what) of a sentence has no templates",
                remedy: "write what stands for \(text) when somebody is connected")
        }
        if text.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F || $0.properties.isWhitespace }) {
            throw Fault(message: "a blank inside of \(what)", remedy: "")
        }
        for token in text.split(separator: ".") where token.count > 1 && (token.contains("*") || token.contains(">")) {
            throw Fault(
                message: "\(token) is a literal token, in which * and > mean nothing",
                remedy: "a wildcard is a token by itself")
        }
        do throws(SubjectError) { return try Pattern(text) } catch {
            throw Fault(message: "\(text) is no subject: \(error)", remedy: "write tokens with a dot between them")
        }
    }
}
