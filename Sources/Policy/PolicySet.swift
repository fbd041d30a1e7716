public import Claims

/// A set of policies, read for one environment: everything that `chancery.yaml` names.
public struct PolicySet: Sendable {
    /// How a set reaches the world outside of its first file.
    public struct Surroundings: Sendable {
        /// Reads a file that another one names, by its path beside `chancery.yaml`; nil where there is none.
        public var readFile: @Sendable (String) -> [UInt8]?
        public var isKnownTimeZone: @Sendable (String) -> Bool

        public init(
            readFile: @escaping @Sendable (String) -> [UInt8]?,
            isKnownTimeZone: @escaping @Sendable (String) -> Bool = TimeZoneNames.isPlausible
        ) {
            self.readFile = readFile
            self.isKnownTimeZone = isKnownTimeZone
        }
    }

    /// An account of the set, with its roles compiled.
    public struct Account: Sendable {
        /// What the file says, with what stands under `claims` instead of in the language's own words.
        public let policy: AccountPolicy
        /// What the file says, as it is written.
        let written: AccountPolicy
        let keys: RoleKeys
        let source: PolicySource
        /// Users that no server lets in, and why; in files nobody is one.
        var refusals: [String: String] = [:]
        /// The roles that stand for a single user without one, and that user's name.
        var ownRoles: [String: String] = [:]
        /// The roles under which the broker lets nobody in, since they are too complex; in files none is.
        var barred: Set<String> = []
        /// The account's tags, where they are known.
        var tags: [String] = []

        init(policy: AccountPolicy, keys: RoleKeys, source: PolicySource) {
            (written, self.keys, self.source) = (policy, keys, source)
            self.policy = policy.inEffect
        }
    }

    /// Nil for a set without environments.
    public let environment: String?
    public let manifest: PolicyManifest
    /// In the order of `chancery.yaml`.
    public let accounts: [Account]
    /// What is odd but allowed.
    public let warnings: [PolicyProblem]
    /// `chancery.yaml`
    let source: PolicySource
    /// The files that it was read from.
    public let texts: PolicyTexts

    /// Everything that is wrong with a set, warnings included; each problem once, in the order of files and places.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// At least one error.
        public let problems: [PolicyProblem]

        public var description: String { problems.map(\.description).joined(separator: "\n\n") }
    }

    /// Reads a set for each of its environments, or once where it has none.
    ///
    /// - Parameters:
    ///   - bytes: the content of `chancery.yaml`.
    ///   - file: its path, for messages; the other files' paths are shown as that one names them.
    ///   - environment: the one that is meant; nil for all. Where there is none of that name, all are read.
    /// - Throws: ``Failure`` with everything that is wrong in any environment that is read.
    public static func readAll(
        _ bytes: [UInt8], file: String, only environment: String? = nil, surroundings: Surroundings
    ) throws(Failure) -> [PolicySet] {
        var reader = PolicySetReader(surroundings)
        let sets = reader.readAll(bytes, file: file, only: environment)
        let problems = reader.problemsInOrder
        guard !problems.contains(where: { $0.severity == .error }) else { throw Failure(problems: problems) }
        return sets
    }

    /// The account with a name.
    public func account(_ name: String) -> Account? {
        accounts.first { $0.policy.account.value == name }
    }
}

extension PolicySet {
    /// Reads a set again from the texts that were kept of it.
    ///
    /// - Throws: ``Failure`` with everything that is wrong, which may be something in a version that reads otherwise.
    public init(
        _ texts: PolicyTexts, isKnownTimeZone: @escaping @Sendable (String) -> Bool = TimeZoneNames.isPlausible
    ) throws(Failure) {
        let surroundings = Surroundings(readFile: { texts.files[$0] }, isKnownTimeZone: isKnownTimeZone)
        var reader = PolicySetReader(surroundings)
        let set = reader.read(texts)
        let problems = reader.problemsInOrder
        guard let set, !problems.contains(where: { $0.severity == .error }) else { throw Failure(problems: problems) }
        self = set
    }
}
