import Administration
import ArgumentParser
import NKeys

/// How texts of the command line become values. What cannot be understood is wrong usage.
enum ValueForms {
    /// `100`, `1k`, `10mib`, `-1`.
    @Sendable static func number(_ text: String) throws -> Int64 {
        try usage { () throws(AdministrationError) in try Quantity.parse(text) }
    }

    /// `0` to `5`.
    @Sendable static func replicas(_ text: String) throws -> Int64 {
        guard let number = Int64(text), (0...5).contains(number) else {
            throw ValidationError("\"\(text)\" is not a number of replicas: write 1 to 5, or 0 for the whole account")
        }
        return number
    }

    /// `0`, `2030-01-02`, `2w`.
    @Sendable static func time(_ text: String) throws -> Int64 {
        try usage { () throws(AdministrationError) in try PointInTime.parse(text, now: SystemClock.now()) }
    }

    /// As ``time(_:)``, with Unix seconds; `0` is now.
    @Sendable static func moment(_ text: String) throws -> Int64 {
        try usage { () throws(AdministrationError) in try PointInTime.parseMoment(text, now: SystemClock.now()) }
    }

    /// `500ms`, `1m30s`, as nanoseconds.
    @Sendable static func duration(_ text: String) throws -> Int64 {
        try usage { () throws(AdministrationError) in try DurationText.parse(text) }
    }

    /// `1` to `100`.
    @Sendable static func percentage(_ text: String) throws -> UInt8 {
        guard let number = UInt8(text), (1...100).contains(number) else {
            throw ValidationError("\"\(text)\" is not a percentage: write 1 to 100")
        }
        return number
    }

    /// `true`, `false` and their usual other spellings.
    @Sendable static func flag(_ text: String) throws -> Bool {
        switch text.lowercased() {
        case "true", "t", "1", "yes", "on": return true
        case "false", "f", "0", "no", "off": return false
        default: throw ValidationError("\"\(text)\" is neither true nor false")
        }
    }

    /// `1` to `100`, or `headers`.
    @Sendable static func sampling(_ text: String) throws -> Int {
        let lowered = text.lowercased()
        if lowered == "header" || lowered == "headers" { return 0 }
        guard let number = Int(text.hasSuffix("%") ? String(text.dropLast()) : text), (1...100).contains(number) else {
            throw ValidationError("\"\(text)\" is not a sampling: write 1 to 100, or headers")
        }
        return number
    }

    /// What an option holds that takes entries. Nothing would pass for no restriction where one was meant.
    @Sendable static func entries(_ text: String) throws -> String {
        guard !list([text]).isEmpty else {
            throw ValidationError("it holds no entry: give one, or leave the option out")
        }
        return text
    }

    /// A public key that was made elsewhere.
    static func publicKey(_ text: String, of kind: KeyKind) throws -> PublicKey {
        let remedy =
            "give \(kind == .user ? "a" : "an") \(kind.name)'s public key: 56 characters that begin with \(kind.letter)"
        guard !text.isEmpty else {
            throw AdministrationError(.invalidValue, "--public-key was given nothing", remedy: remedy)
        }
        guard !(text.hasPrefix("S") && text.utf8.count == KeyPair.seedTextCount) else {
            throw AdministrationError(
                .invalidValue, "what was given as a public key is a seed, and is not shown here", remedy: remedy)
        }
        do {
            return try PublicKey(text)
        } catch {
            throw AdministrationError(
                .invalidValue, "what was given with --public-key is no public key: \(error.message)", remedy: remedy)
        }
    }

    /// Entries of options that may be repeated and may hold several entries between commas.
    static func list(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",").map { trimmed($0) } }.filter { !$0.isEmpty }
    }

    /// Entries to add to a list, and entries to take out.
    static func edits(add: [String], remove: [String] = []) -> ListEdits {
        ListEdits(add: list(add), remove: list(remove))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func usage<Value>(_ parse: () throws(AdministrationError) -> Value) throws -> Value {
        do {
            return try parse()
        } catch {
            throw ValidationError(error.description)
        }
    }
}
