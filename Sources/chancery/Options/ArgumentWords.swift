import ArgumentParser

/// The words of the command line as they were typed.
enum ArgumentWords {
    /// The words after the program's name.
    ///
    /// - Throws: a usage error if one is not UTF-8: it would become another word, under which something would be stored.
    static func read() throws -> [String] {
        try (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            guard let bytes = CommandLine.unsafeArgv[index] else { return nil }
            guard let word = String(validatingCString: bytes) else {
                throw ValidationError("Word \(index) of the command line is not UTF-8: write it in that encoding.")
            }
            return word
        }
    }
}
