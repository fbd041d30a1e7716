import Glibc

/// Brings spellings that nsc's users have in their fingers into the one form that the parser reads.
enum ArgumentForms {
    /// Options whose value may be left out, with the value they then have.
    private static let valueWhenBare: [String: String] = [
        "--allow-pub-response": "1",
        "--allow-trace": "true",
        "--advertise": "true",
        "--bearer": "true",
        "--disallow-bearer": "true",
        "--js-max-bytes-required": "true",
        "--private": "true",
        "--require-signing-keys": "true",
        "--revoke": "true",
        "--service": "true",
        "--share": "true",
        "--wildcard-exports": "true",
    ]

    /// Short spellings of some of them.
    private static let shortForms: [String: [String]] = [
        "-p": ["--private"], "-r": ["--service"], "-pr": ["--private", "--service"], "-rp": ["--private", "--service"],
    ]

    /// Rewrites the words after the program's name.
    ///
    /// - `--bearer` becomes `--bearer=true`, so that `--bearer=false` can be said too.
    /// - A home in front of the command (`chancery -H DIR add …`) becomes part of the environment, where every
    ///   command finds it.
    /// - A decorated token is tied to its option.
    static func normalized(_ words: [String]) -> [String] {
        var words = words[...]
        while let first = words.first, let (home, count) = leadingHome(first, words.dropFirst().first) {
            setenv("CHANCERY_HOME", home, 1)
            words = words.dropFirst(count)
        }
        // A server is started with nats-server's words, not nsc's: there -p is the port.
        if words.first == "broker" { return ["broker"] + GoFlags.translated(words.dropFirst()) }
        let end = words.firstIndex(of: "--") ?? words.endIndex
        // Elsewhere -R is short for something else.
        let revoke = words.first == "delete" ? ["-R": ["--revoke"]] : [:]
        let options = withDecoratedTokens(words[..<end]).flatMap { word in
            (revoke[word] ?? shortForms[word] ?? [word]).map { name in
                valueWhenBare[name].map { "\(name)=\($0)" } ?? name
            }
        }
        return options + words[end...]
    }

    /// Ties a decorated token, which begins with dashes as an option does, to the option before it.
    private static func withDecoratedTokens(_ words: ArraySlice<String>) -> [String] {
        words.reduce(into: []) { words, word in
            if word.hasPrefix("-----"), let option = words.popLast() {
                words.append((option == "-u" ? "--token" : option) + "=" + word)
            } else {
                words.append(word)
            }
        }
    }

    private static func leadingHome(_ word: String, _ next: String?) -> (home: String, count: Int)? {
        if word == "-H" || word == "--all-dirs" { return next.map { ($0, 2) } }
        let prefix = "--all-dirs="
        return word.hasPrefix(prefix) ? (String(word.dropFirst(prefix.count)), 1) : nil
    }
}
