import NKeys

/// A text in double quotes as the reference's messages quote it (Go's `%q`): quotes, backslashes and whatever does not
/// print are escaped. Seeds and tokens in it are left out.
func quoted(_ text: String) -> String {
    var result = "\""
    // Here rather than in the whole message: escapes would part what belongs together.
    for scalar in SecretText.hidden(in: text).unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\" + String(scalar)
        case "\u{07}": result += "\\a"
        case "\u{08}": result += "\\b"
        case "\u{0C}": result += "\\f"
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\u{0B}": result += "\\v"
        case "\0"..<" ", "\u{7F}": result += "\\x" + hexadecimal(scalar.value, digits: 2)
        case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
        case "\0"..."\u{FFFF}": result += "\\u" + hexadecimal(scalar.value, digits: 4)
        default: result += "\\U" + hexadecimal(scalar.value, digits: 8)
        }
    }
    return result + "\""
}

/// Letters, marks, numbers, punctuation, symbols and the ASCII space.
private func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
}

private func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
