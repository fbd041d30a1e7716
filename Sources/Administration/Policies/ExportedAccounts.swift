public import Claims
import NKeys
import Policy

/// Accounts on their way into policy files.
public struct ExportedAccounts: Sendable {
    private let sources: [PolicyExporter.Source]
    /// The name of their operator.
    private let operatorName: String?

    init(_ sources: [PolicyExporter.Source], operatorName: String) {
        (self.sources, self.operatorName) = (sources, operatorName)
    }

    /// Accounts that no directory has.
    public init(_ claims: [AccountClaims], operatorName: String? = nil) {
        (sources, self.operatorName) = (claims.map { PolicyExporter.Source(claims: $0) }, operatorName)
    }

    /// The files of a set with these accounts.
    public func files() throws(AdministrationError) -> [(name: String, text: String)] {
        do throws(PolicyExporter.Failure) {
            return try PolicyExporter.files(of: sources, operator: operatorName)
        } catch {
            throw AdministrationError(
                .refused, error.description, remedy: "change that, or leave the account out with --account")
        }
    }
}

extension DirectoryReader {
    /// Accounts of an operator to be written out as policy files.
    ///
    /// - Parameter names: which ones; none for all but the system account.
    public func exportedAccounts(_ names: [EntityReference], at place: Place) throws -> ExportedAccounts {
        let entry = try self.operator(at: place)
        let system = try entry.claims().systemAccount
        let chosen =
            try names.isEmpty
            ? accounts(of: entry).filter { $0.publicKey.text != system } : names.map { try account($0, of: entry) }
        return ExportedAccounts(try policySources(of: chosen), operatorName: entry.name)
    }
}
