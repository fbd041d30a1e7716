import Claims

/// The rule for names in the directory: ``NameRule``.
public enum EntityName {
    static let longest = NameRule.longest

    /// Checks a name and returns it without blanks at its ends.
    ///
    /// - Throws: an error of code `invalidValue`.
    public static func checked(_ name: String, for what: String) throws(AdministrationError) -> String {
        try read(name, what) { name throws(NameFault) in try NameRule.checked(name) }
    }

    /// Checks a name that somebody chooses now, more strictly than one that came with what was made elsewhere.
    ///
    /// - Throws: an error of code `invalidValue`.
    public static func made(_ name: String, for what: String) throws(AdministrationError) -> String {
        try read(name, what) { name throws(NameFault) in
            let name = try NameRule.made(name)
            try NameRule.checkForm(name)
            return name
        }
    }

    /// Checks the name of a role that somebody chooses now, where almost anything is one, as in nsc: it may have no characters
    /// that hide or stand for others.
    static func checkChosenRole(_ name: String) throws(AdministrationError) {
        do throws(NameFault) {
            try NameRule.checkIsHonest(name)
            try NameRule.checkForm(name)
        } catch {
            throw AdministrationError(.invalidValue, error.message, remedy: error.remedy)
        }
    }

    private static func read(
        _ name: String, _ what: String, _ rule: (String) throws(NameFault) -> String
    ) throws(AdministrationError) -> String {
        guard name.contains(where: { !$0.isWhitespace }) else {
            throw AdministrationError(
                .invalidValue, "\(what) needs a name", remedy: "give one, for example with --name")
        }
        do throws(NameFault) { return try rule(name) } catch {
            let remedy = error.isKey ? "\(error.remedy), and give the key with --public-key" : error.remedy
            throw AdministrationError(.invalidValue, error.message, remedy: remedy)
        }
    }

    /// Whether a name has no blanks at its ends, which would be taken away.
    public static func isTrimmed(_ name: String) -> Bool { NameRule.isTrimmed(name) }
}
