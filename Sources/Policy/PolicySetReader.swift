/// Reads all files of a set, and puts them together.
struct PolicySetReader {
    private let surroundings: PolicySet.Surroundings
    private var problems: Set<PolicyProblem> = []
    /// Those of the set that is being read, and those of its first file, which every environment has.
    private var own: Set<PolicyProblem> = []
    private var ofManifest: Set<PolicyProblem> = []
    /// Each file that was read, by its path.
    private var files: [String: [UInt8]] = [:]
    /// What was made of those that the first one names: environments have nearly all of them in common.
    private var documents: [String: Result<PolicyText.Document, PolicyText.Failure>] = [:]

    init(_ surroundings: PolicySet.Surroundings) {
        self.surroundings = surroundings
    }

    /// Each once, though several environments may have it.
    var problemsInOrder: [PolicyProblem] { PolicyProblem.inOrder(problems) }

    /// - Parameter only: the one environment that is meant; nil for all. Where there is none of that name, all are read.
    mutating func readAll(_ bytes: [UInt8], file: String, only: String? = nil) -> [PolicySet] {
        guard let (document, manifest) = manifest(bytes, file: file) else { return [] }
        files[PolicyTexts.manifest] = bytes
        guard !manifest.environments.isEmpty else {
            return [read(manifest, document, environment: nil, values: [:])]
        }
        let meant = manifest.environments.filter { $0.name.value == only }
        return (meant.isEmpty ? manifest.environments : meant).compactMap { environment in
            guard let values = values(of: environment, document.source) else { return nil }
            return read(manifest, document, environment: environment.name.value, values: values)
        }
    }

    /// Reads one environment of a set.
    mutating func read(_ texts: PolicyTexts) -> PolicySet? {
        let bytes = texts.files[PolicyTexts.manifest] ?? []
        guard let (document, manifest) = manifest(bytes, file: PolicyTexts.manifest) else { return nil }
        files[PolicyTexts.manifest] = bytes
        guard let name = texts.environment else {
            return read(manifest, document, environment: nil, values: [:])
        }
        guard let environment = manifest.environments.first(where: { $0.name.value == name }),
            let values = values(of: environment, document.source)
        else { return nil }
        return read(manifest, document, environment: name, values: values)
    }

    private mutating func manifest(_ bytes: [UInt8], file: String) -> (PolicyText.Document, PolicyManifest)? {
        guard let document = parse(bytes, file: file) else { return nil }
        var reader = reader(of: document)
        let manifest = reader.manifest(root(of: document))
        note(reader.problems)
        ofManifest = own
        return (document, manifest)
    }

    private mutating func values(of environment: PolicyManifest.File, _ source: PolicySource) -> [String: String]? {
        guard let document = document(of: environment.file, source) else { return nil }
        var reader = reader(of: document)
        let values = reader.environment(root(of: document))
        note(reader.problems)
        return values
    }

    private mutating func read(
        _ manifest: PolicyManifest, _ document: PolicyText.Document, environment: String?, values: [String: String]
    ) -> PolicySet {
        let source = document.source
        var manifest = manifest
        manifest.never = never(document, values)
        let accounts = manifest.accounts.compactMap { entry in
            account(entry, source, environment: environment, values: values)
        }
        var checker = SetChecker(manifest, accounts, source)
        checker.check()
        note(checker.problems)
        for account in accounts {
            var compiler = ClaimsCompiler(account, manifest.ceilings)
            let compiled = compiler.compile()
            note(compiler.problems)
            // Where nothing else is wrong: most of that would be told a second time.
            let isInOrder = !own.contains { $0.severity == .error && $0.position.file == account.source.file }
            if isInOrder { note(compiled.refusals(of: account)) }
        }
        let warnings = PolicyProblem.inOrder(own.filter { $0.severity == .warning })
        own = ofManifest
        let texts = PolicyTexts(files: parts(of: manifest, environment), environment: environment)
        return PolicySet(
            environment: environment, manifest: manifest, accounts: accounts, warnings: warnings, source: source,
            texts: texts)
    }

    private mutating func never(_ document: PolicyText.Document, _ values: [String: String]) -> [NeverRule] {
        var reader = PolicyReader(document.source, values: values, isKnownTimeZone: surroundings.isKnownTimeZone)
        let rules = reader.never(in: root(of: document))
        note(reader.problems)
        return rules
    }

    private mutating func account(
        _ entry: PolicyManifest.Account, _ source: PolicySource, environment: String?, values: [String: String]
    ) -> PolicySet.Account? {
        guard let file = entry.file, let document = document(of: file, source) else { return nil }
        do throws(AccountPolicyFile.Failure) {
            let read = try AccountPolicyFile.read(
                document, values: values, environment: environment, isKnownTimeZone: surroundings.isKnownTimeZone)
            note(read.warnings)
            return compiled(read)
        } catch {
            note(error.problems)
            return nil
        }
    }

    private mutating func compiled(_ file: AccountPolicyFile) -> PolicySet.Account {
        var compiler = AccountCompiler(file.policy, file.source)
        let keys = compiler.compile()
        note(compiler.problems)
        return PolicySet.Account(policy: file.policy, keys: keys, source: file.source)
    }

    private mutating func note(_ found: [PolicyProblem]) {
        problems.formUnion(found)
        own.formUnion(found)
    }

    // MARK: Files

    /// What one environment is made of: the others' files have nothing to do with it.
    private func parts(of manifest: PolicyManifest, _ environment: String?) -> [String: [UInt8]] {
        let others = manifest.environments.filter { $0.name.value != environment }.map(\.file.value)
        let own = manifest.environments.filter { $0.name.value == environment }.map(\.file.value)
        return files.filter { !others.contains($0.key) || own.contains($0.key) }
    }

    private mutating func bytes(of file: Placed<String>, _ source: PolicySource) -> [UInt8]? {
        if let bytes = files[file.value] ?? surroundings.readFile(file.value) {
            files[file.value] = bytes
            return bytes
        }
        note([
            PolicyProblem(
                .unreadableFile, at: file.position, in: source, "\(file.value) cannot be read",
                remedy: "paths are looked for beside \(source.file)")
        ])
        return nil
    }

    private mutating func document(of file: Placed<String>, _ source: PolicySource) -> PolicyText.Document? {
        if let known = documents[file.value] {
            switch known {
            case .success(let document): return document
            case .failure(let failure):
                note(failure.problems)
                return nil
            }
        }
        guard let bytes = bytes(of: file, source) else { return nil }
        do throws(PolicyText.Failure) {
            let document = try PolicyText.parse(bytes, file: file.value)
            documents[file.value] = .success(document)
            return document
        } catch {
            documents[file.value] = .failure(error)
            note(error.problems)
            return nil
        }
    }

    private mutating func parse(_ bytes: [UInt8], file: String) -> PolicyText.Document? {
        do throws(PolicyText.Failure) { return try PolicyText.parse(bytes, file: file) } catch {
            note(error.problems)
            return nil
        }
    }

    private func reader(of document: PolicyText.Document) -> PolicyReader {
        PolicyReader(document.source, isKnownTimeZone: surroundings.isKnownTimeZone)
    }

    private func root(of document: PolicyText.Document) -> PolicyNode {
        document.root ?? PolicyNode(content: .nothing, position: document.source.position(0, 0))
    }
}

extension PolicyProblem.Code {
    /// A file that is named and cannot be read.
    public static let unreadableFile = Self("unreadable-file")
}
