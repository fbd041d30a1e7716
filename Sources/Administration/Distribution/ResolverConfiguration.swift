import Claims
import NKeys

/// The part of a server's configuration that says whom to trust, and where accounts come from.
public struct ResolverConfiguration: Sendable {
    /// Where the server keeps account tokens.
    public enum Resolver: String, Sendable, Hashable, CaseIterable {
        /// In memory: every account stands in the configuration.
        case memory
        /// In a folder with every account, which are pushed to it. Only the system account stands in the configuration.
        case full
        /// In a folder with the accounts in use, fetched from servers that have them all.
        case cache
    }

    private let entry: OperatorEntry
    private let system: String
    private let accounts: [AccountEntry]
    private let resolver: Resolver

    /// The configuration for an operator.
    ///
    /// - Parameters:
    ///   - accounts: all accounts of the operator.
    ///   - systemAccount: the system account, where it is not to be the operator's own.
    /// - Throws: an error of code `notFound` if a resolver needs a system account and there is none.
    public init(
        _ resolver: Resolver, of operator: OperatorEntry, accounts: [AccountEntry], systemAccount: AccountEntry? = nil
    ) throws(AdministrationError) {
        let own = try `operator`.claims().systemAccount
        let system = systemAccount?.publicKey.text ?? own
        guard resolver == .memory || !system.isEmpty else {
            throw AdministrationError(
                .notFound, "a resolver that is pushed to needs a system account, and the operator has none",
                remedy: "name one with --sys-account, or with \"chancery edit operator --system-account\"")
        }
        (entry, self.system, self.resolver) = (`operator`, system, resolver)
        self.accounts = accounts.sorted { $0.publicKey < $1.publicKey }
    }

    /// The configuration for an operator of a directory.
    ///
    /// - Parameter systemAccount: the system account, where it is not to be the operator's own.
    public init(
        _ resolver: Resolver, at reference: EntityReference?, systemAccount: EntityReference? = nil,
        _ reader: DirectoryReader
    ) throws {
        let entry = try reader.operator(reference)
        try self.init(
            resolver, of: entry, accounts: reader.accounts(of: entry),
            systemAccount: systemAccount.map { try reader.account($0, of: entry) })
    }

    /// The configuration's text, in the server's own format.
    public var text: String {
        var lines = ["// Operator \(comment(entry.name))", "operator: \(entry.token)", ""]
        if !system.isEmpty { lines += ["system_account: \(system)", ""] }
        lines += resolverLines + [""]
        lines += ["resolver_preload: {"]
        for account in accounts where resolver == .memory || account.publicKey.text == system {
            lines += ["  // Account \(comment(account.name))", "  \(account.publicKey): \(account.token)", ""]
        }
        lines += ["}", ""]
        return lines.joined(separator: "\n")
    }

    private var resolverLines: [String] {
        switch resolver {
        case .memory:
            ["resolver: MEMORY"]
        case .full:
            [
                "// Every account is kept in this folder; push them with \"chancery push --all\".",
                "resolver {", "  type: full", "  dir: './jwt'", "  // Whether accounts may be deleted by a push.",
                "  allow_delete: false", "  // How often servers compare what they have.", "  interval: \"2m\"",
                "  // How long to wait for another server.", "  timeout: \"1.9s\"", "}",
            ]
        case .cache:
            [
                "// Accounts in use are fetched from the servers that have them all.",
                "resolver {", "  type: cache", "  dir: './jwt'", "  // How long an account is kept after its last use.",
                "  ttl: \"1h\"", "  // How long to wait for another server.", "  timeout: \"1.9s\"", "}",
            ]
        }
    }

    /// A name in quotes. Names have no control characters, so a comment never ends inside one.
    private func comment(_ name: String) -> String { "\"\(name)\"" }
}
