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

    /// Earlier names of options.
    private static let earlierNames: [String: String] = [
        "--consumer": "--js-consumer", "--disk-storage": "--js-disk-storage", "--mem-storage": "--js-mem-storage",
        "--streams": "--js-streams", "--max-responses": "--allow-pub-response",
    ]

    /// Options that may stand before the command, each with whether a value follows.
    private static let global: [String: Bool] = [
        "-H": true, "--all-dirs": true, "--data-dir": true, "--keystore-dir": true, "--config-dir": true,
        "--passphrase-file": true,
        "--server": true, "--token-file": true, "--token": true, "--access-token": true, "--ca": true, "-K": true,
        "--private-key": true, "-i": false, "--interactive": false,
    ]

    /// Rewrites the words after the program's name.
    ///
    /// - `--bearer` becomes `--bearer=true`, so that `--bearer=false` can be said too.
    /// - Global options in front of the command go behind it.
    /// - `-nNAME` becomes `-n=NAME`, and `--name=` is an empty name.
    /// - A decorated token is tied to its option.
    static func normalized(_ words: [String]) -> [String] {
        let words = withGlobalsBehind(words[...])
        // A server is started with nats-server's words, not nsc's: there -p is the port.
        if words.first == "broker" { return ["broker"] + GoFlags.translated(words[...].dropFirst()) }
        let path = CommandPath(words)
        return normalized(withStandardOutput(words, path), path)
    }

    private static func normalized(_ words: [String], _ path: CommandPath) -> [String] {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        // Elsewhere -R is short for something else.
        let revoke = words.first == "delete" ? ["-R": ["--revoke"]] : [:]
        let options = withDecoratedTokens(words[..<end]).map { renamed($0, path) }.flatMap { word in
            (revoke[word] ?? shortForms[word] ?? [word]).map { name in
                valueWhenBare[name].map { "\(name)=\($0)" } ?? name
            }
        }
        return withKindsOfKeys(withValuesApart(options, path), path).flatMap(withEmptyValue) + words[end...]
    }

    /// `--output-file --` is nsc's way to name the standard output, which leaving the option out means as well. For most
    /// programs `-` is its name.
    private static func withStandardOutput(_ words: [String], _ path: CommandPath) -> [String] {
        let isWriter = path.names.count > 1 && ["describe", "generate", "sign"].contains(path.names[1])
        let options = ["--output-file", "--config-file"] + (isWriter ? ["-o"] : [])
        let tied = Set(options.flatMap { ["\($0)=--", "\($0)=-"] } + (isWriter ? ["-o--", "-o-"] : []))
        var rest = words[...]
        var result: [String] = []
        while let word = rest.first, word != "--" {
            rest.removeFirst()
            let name = rest.first.flatMap { ["--", "-"].contains($0) ? $0 : nil }
            if name != nil, options.contains(word) {
                rest.removeFirst()
            } else if let name, word == "--creds" {
                rest.removeFirst()
                result.append("\(word)=\(name)")
            } else if !tied.contains(word) {
                result.append(word)
            }
        }
        return result + rest
    }

    /// Puts global options that stand before the command behind its words.
    private static func withGlobalsBehind(_ words: ArraySlice<String>) -> [String] {
        var rest = words
        var moved: [String] = []
        while let first = rest.first {
            let name = first.split(separator: "=", maxSplits: 1).first.map(String.init) ?? first
            guard let takesValue = global[name] else { break }
            let count = takesValue && name == first && rest.count > 1 ? 2 : 1
            moved += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard !moved.isEmpty, !rest.isEmpty else { return Array(words) }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + moved + Array(rest[end...])
    }

    /// An option under the name that it has today.
    private static func renamed(_ word: String, _ path: CommandPath) -> String {
        let command = path.names.dropFirst().joined(separator: " ")
        // Only there is it another token than the one for a service.
        if command != "add import", word == "--token" || word.hasPrefix("--token=") {
            return "--access-token" + word.dropFirst("--token".count)
        }
        guard command == "edit account" || command == "add user" || command == "add account" else { return word }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = earlierNames[parts[0]] else { return word }
        return parts.count == 1 ? name + (name == "--allow-pub-response" ? "=1" : "") : "\(name)=\(parts[1])"
    }

    /// `-nNAME`: a short option whose value follows without a blank.
    private static func withValuesApart(_ words: [String], _ path: CommandPath) -> [String] {
        func isJoined(_ word: String) -> Bool {
            let characters = Array(word.prefix(3))
            return characters.count == 3 && characters[0] == "-" && characters[1].isLetter && characters[2] != "="
        }
        // What the parser knows of a command is asked for only where it is needed: that takes time.
        guard words.contains(where: isJoined), let shape = try? CommandShape(of: path) else { return words }
        let options = (shape.arguments ?? []).filter(\.takesValue).flatMap(\.shortNames)
        return words.map { word in
            guard isJoined(word), options.contains(String(word.dropFirst().prefix(1))) else { return word }
            return "\(word.prefix(2))=\(word.dropFirst(2))"
        }
    }

    /// `--description=`: an option whose value is empty.
    private static func withEmptyValue(_ word: String) -> [String] {
        guard word.hasPrefix("--"), word.hasSuffix("="), !word.dropLast().contains("=") else { return [word] }
        return [String(word.dropLast()), ""]
    }

    /// `--operator` by itself means the keys of operators; with a name after it, the operator to work with.
    private static func withKindsOfKeys(_ words: [String], _ path: CommandPath) -> [String] {
        guard ["list keys", "export keys"].contains(path.names.dropFirst().joined(separator: " ")) else { return words }
        return words.indices.map { index in
            let isLast = index + 1 == words.endIndex || words[index + 1].hasPrefix("-")
            return words[index] == "--operator" && isLast ? "--operators" : words[index]
        }
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
}
