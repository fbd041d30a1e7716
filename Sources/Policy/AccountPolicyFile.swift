public import Claims

/// An account's policy file, read for one environment.
public struct AccountPolicyFile: Sendable {
    public let policy: AccountPolicy
    let source: PolicySource
    /// What is odd but allowed, in the order of the file.
    public let warnings: [PolicyProblem]

    /// Everything that is wrong with a file, warnings included, in the order of the file.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// At least one error.
        public let problems: [PolicyProblem]

        public var description: String { problems.map(\.description).joined(separator: "\n\n") }
    }

    /// Reads a file by itself: whether what it names in other files is there is found when the set is put together.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, up to 8 MiB.
    ///   - file: its path, for messages.
    ///   - values: what the environment fills in for each `<name>`.
    ///   - environment: its name, for messages.
    ///   - isKnownTimeZone: whether there is such a zone.
    /// - Throws: ``Failure`` with all that is wrong.
    public static func read(
        _ bytes: [UInt8], file: String, values: [String: String] = [:], environment: String? = nil,
        isKnownTimeZone: @escaping @Sendable (String) -> Bool = TimeZoneNames.isPlausible
    ) throws(Failure) -> AccountPolicyFile {
        let document: PolicyText.Document
        do throws(PolicyText.Failure) { document = try PolicyText.parse(bytes, file: file) } catch {
            throw Failure(problems: error.problems)
        }
        return try read(document, values: values, environment: environment, isKnownTimeZone: isKnownTimeZone)
    }

    /// Reads a file whose text has been parsed.
    static func read(
        _ document: PolicyText.Document, values: [String: String], environment: String?,
        isKnownTimeZone: @escaping @Sendable (String) -> Bool
    ) throws(Failure) -> AccountPolicyFile {
        var reader = PolicyReader(
            document.source, values: values, environment: environment, isKnownTimeZone: isKnownTimeZone)
        let root = document.root ?? PolicyNode(content: .nothing, position: document.source.position(0, 0))
        let policy = reader.account(root)
        let problems = reader.problems.sorted { $0.position < $1.position }
        guard !problems.contains(where: { $0.severity == .error }) else { throw Failure(problems: problems) }
        return AccountPolicyFile(policy: policy, source: document.source, warnings: problems)
    }
}

extension AccountPolicyFile {
    /// Compiles the file's roles, without a look at other files of a set.
    ///
    /// - Returns: each key by its name; see ``PolicySet/Account/roles``.
    /// - Throws: ``Failure`` with all that cannot be said.
    public func compiledRoles() throws(Failure) -> [String: CompiledRole] {
        var compiler = AccountCompiler(policy, source)
        let keys = compiler.compile()
        let problems = compiler.problems.sorted { $0.position < $1.position }
        guard !problems.contains(where: { $0.severity == .error }) else { throw Failure(problems: problems) }
        return keys.compiled
    }
}
