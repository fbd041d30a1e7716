public import Claims
import Subjects

/// What a file grants of an export to one importer.
public struct AccountGrant: Sendable, Hashable {
    /// The importer's name.
    public let importer: String
    public let type: ExportType
    /// The export's subject, or the part of it that is granted.
    public let subject: String
    /// Unix seconds; nil for ever.
    public let until: Int64?

    public init(importer: String, type: ExportType, subject: String, until: Int64?) {
        (self.importer, self.type, self.subject, self.until) = (importer, type, subject, until)
    }

    /// Whether somebody may import something by it, until it ends.
    public func covers(_ subject: String, _ type: ExportType, for importer: String) -> Bool {
        guard type == self.type, importer.utf8.elementsEqual(self.importer.utf8), let wanted = try? Pattern(subject),
            let granted = try? Pattern(self.subject)
        else { return false }
        return wanted.isContained(in: granted)
    }
}

/// A grant, and where it stands.
struct PlacedGrant: Sendable {
    let grant: AccountGrant
    let position: PolicyPosition
}

extension AccountPolicy {
    /// What the file grants, in its order.
    var placedGrants: [PlacedGrant] {
        exports.flatMap { export in
            export.grants.compactMap { grant in
                guard let importer = grant.account?.value, let subject = (grant.only ?? export.subject)?.text else {
                    return nil
                }
                let type: ExportType = export.kind == .stream ? .stream : .service
                return PlacedGrant(
                    grant: AccountGrant(
                        importer: importer, type: type, subject: subject, until: grant.until?.value),
                    position: grant.position)
            }
        }
    }

    /// What the file grants to other accounts.
    public var grants: [AccountGrant] { placedGrants.map(\.grant) }
}
