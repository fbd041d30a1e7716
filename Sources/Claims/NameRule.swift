import NKeys

/// What is wrong with a name, and what to do about it.
public struct NameFault: Error, Sendable, Hashable {
    public let message: String
    public let remedy: String
    /// Whether it is a public key, which may be wanted as one.
    public let isKey: Bool

    public init(message: String, remedy: String, isKey: Bool = false) {
        (self.message, self.remedy, self.isKey) = (message, remedy, isKey)
    }
}

/// The rule for the names of operators, accounts and users, wherever they are given: on a command line, in a body, in a
/// policy file.
public enum NameRule {
    /// Names become names of files, of which file systems take at most 255 bytes, with the longest ending `.creds`.
    public static let longest = 255 - ".creds".utf8.count

    /// Checks a name and returns it without blanks at its ends.
    ///
    /// As in nsc, blanks and signs such as `@` are allowed inside, `/` and `\` are not. Control characters are
    /// refused as well, since names are printed, and so is a name that reads as a public key: it could stand for
    /// two things.
    public static func checked(_ name: String) throws(NameFault) -> String {
        if isPlain(name) { return name }
        let name = trimmed(name)
        guard name.utf8.count <= longest else {
            throw NameFault(message: "the name is longer than \(longest) bytes", remedy: "shorten it")
        }
        guard !name.contains(where: { $0 == "/" || $0 == "\\" }) else {
            throw NameFault(
                message: "the name \"\(name)\" contains a slash or a backslash", remedy: "leave it out")
        }
        guard name != ".", name != ".." else {
            throw NameFault(
                message: "\"\(name)\" stands for a folder and cannot be a name", remedy: "choose another name")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw NameFault(message: "the name contains a control character", remedy: "leave it out")
        }
        guard name.unicodeScalars.contains(where: isVisible) else {
            throw NameFault(
                message: "the name has no character that can be seen", remedy: "choose a name that people can read")
        }
        guard !looksLikeSeed(name) else {
            throw NameFault(
                message: "what was given as a name looks like a seed", remedy: "choose a name; it is not shown here")
        }
        guard name.utf8.count != 56 || (try? PublicKey(name)) == nil else {
            throw NameFault(
                message: "\"\(name)\" is a public key and cannot be a name",
                remedy: "choose a name", isKey: true)
        }
        return name
    }

    /// Checks a name that somebody chooses now, more strictly than one that came with what was made elsewhere: nothing in it
    /// may be invisible, change the order of what stands beside it, look like a plain blank and be another, or mean something
    /// else where names are asked for.
    public static func made(_ name: String) throws(NameFault) -> String {
        if isPlain(name) { return name }
        let name = try checked(name)
        try checkIsHonest(name)
        guard name != "*" else {
            throw NameFault(
                message: "\"*\" stands for everybody and cannot be a name", remedy: "choose another name")
        }
        guard !looksLikeBearerToken(name) else {
            throw NameFault(
                message: "what was given as a name looks like a token of the service",
                remedy: "choose a name; it is not shown here")
        }
        return name
    }

    /// Whether a name has no blanks at its ends, which would be taken away.
    public static func isTrimmed(_ name: String) -> Bool {
        isPlain(name) || trimmed(name).utf8.elementsEqual(name.utf8)
    }

    /// Whether a name is one of those that most are, of which nothing has to be asked: letters, digits and a few signs, and
    /// shorter than keys and tokens are.
    static func isPlain(_ name: String) -> Bool {
        let bytes = name.utf8
        guard (1...48).contains(bytes.count), bytes.first != UInt8(ascii: ".") else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
    }

    static func isDeceptive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        case .spaceSeparator: scalar != " "
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    /// Whether a text may be a seed, which would stand in clear text everywhere if it were a name.
    private static func looksLikeSeed(_ text: String) -> Bool {
        text.utf8.first == UInt8(ascii: "S") && text.utf8.count >= 56
            && text.utf8.allSatisfy { (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }
    }

    /// Whether a text may be a token of the service: `chy_`, an id of 12 letters, `_`, and a secret of 52.
    private static func looksLikeBearerToken(_ text: String) -> Bool {
        text.utf8.count == 69 && text.hasPrefix("chy_")
            && text.utf8.dropFirst(4).allSatisfy {
                (0x61...0x7A).contains($0) || (0x32...0x37).contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    /// Whether a character leaves something on a page: a letter, a sign, a picture.
    private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .nonspacingMark, .enclosingMark,
            .surrogate, .unassigned:
            return false
        // The blank pattern of Braille is drawn, and shows nothing.
        default: return scalar != "\u{2800}"
        }
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
