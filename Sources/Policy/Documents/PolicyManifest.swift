/// What `chancery.yaml` says of a set of policies.
public struct PolicyManifest: Sendable {
    /// The operator's name.
    public var operatorName: Placed<String>?
    public var accounts: [Account] = []
    /// Environments by name, each with its file; empty where one form of the set serves everywhere.
    public var environments: [File] = []
    /// What no account and no role goes beyond, and what counts where a file says nothing.
    public var ceilings = Ceilings()
    /// What nobody may do by any way, as one environment has it.
    public var never: [NeverRule] = []

    public struct Account: Sendable {
        public let name: Placed<String>
        /// Its file; nil for an account that is managed elsewhere.
        public let file: Placed<String>?
    }

    public struct File: Sendable {
        public let name: Placed<String>
        public let file: Placed<String>
    }

    public struct Ceilings: Sendable {
        public var connections: PolicyLimit?
        public var leafNodes: PolicyLimit?
        public var subscriptions: PolicyLimit?
        public var payload: PolicyLimit?
        /// Nanoseconds.
        public var lifetime: Placed<Int64>?

        init() {}
    }

    init() {}

    /// The files that a set's first file names, as far as it can be read: for whoever does something with each file.
    public static func files(in bytes: [UInt8]) -> [String] {
        guard let document = try? PolicyText.parse(bytes, file: ""), let root = document.root else { return [] }
        var reader = PolicyReader(document.source)
        let manifest = reader.manifest(root)
        let files = manifest.accounts.compactMap(\.file) + manifest.environments.map(\.file)
        var known: Set<String> = []
        return files.map(\.value).filter { known.insert($0).inserted }
    }
}
