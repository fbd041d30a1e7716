/// A word as a shell reads it, for remedies that are to be typed as they stand: in quotes where it has blanks or signs
/// that mean something to a shell.
func commandWord(_ word: String) -> String {
    let isPlain = word.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B...0x2F, 0x3A, 0x40, 0x5F, 0x80...: true
        default: false
        }
    }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
