import Foundation

extension NameRule {
    /// Refuses a name that somebody chooses now in another form than the one which what reads alike has in common: with letters
    /// and their marks apart (NFC says how they are together), or with characters that stand for others, such as those of full
    /// width (NFKC). Of two names that nobody can tell apart, one could be taken for the other.
    public static func checkForm(_ name: String) throws(NameFault) {
        guard !isPlain(name) else { return }
        let form = name.precomposedStringWithCompatibilityMapping
        guard !form.utf8.elementsEqual(name.utf8) else { return }
        let isOfMarks = name.precomposedStringWithCanonicalMapping.utf8.elementsEqual(form.utf8)
        let message =
            isOfMarks
            ? "the name \"\(name)\" has letters and their marks as characters of their own"
            : "the name \"\(name)\" has characters that stand for others"
        let isName = (try? made(form))?.utf8.elementsEqual(form.utf8) ?? false
        throw NameFault(
            message: message,
            remedy: isName
                ? "write \"\(form)\"" + (isOfMarks ? ", each letter with its marks as one character (NFC)" : "")
                : "choose another name")
    }

    /// What a name must not have that somebody chooses now, whatever else it may have.
    public static func checkIsHonest(_ name: String) throws(NameFault) {
        guard !name.unicodeScalars.contains(where: isDeceptive) else {
            throw NameFault(
                message: "the name contains a character that cannot be seen or looks like another one",
                remedy: "leave it out")
        }
    }
}
