public import Claims
import Subjects

/// An import of an account that changes, and that nats-server may leave out then: imports go in a circle with it.
public struct ImportCircle: Sendable, Hashable {
    public let kind: ExportPolicy.Kind
    /// The keys of the accounts.
    public let importer: String
    public let exporter: String
    /// What the exporter calls it.
    public let subject: String
    /// The accounts of the circle by their keys, beginning with the importer.
    public let accounts: [String]
    /// Whether it is known that it is this one which is left out: it alone is new.
    public let isLeftOut: Bool

    /// What is said of a circle of which one is left out.
    public static func warning(_ kind: ExportPolicy.Kind, backTo account: String) -> String {
        switch kind {
        case .stream:
            "streams are imported in a circle that comes back to \(account): nats-server leaves one of the imports out, "
                + "whichever comes last"
        case .service:
            "services are imported in a circle that comes back to \(account), as nats-server sees it: it leaves one of the "
                + "imports out, whichever comes last"
        }
    }

    /// The circles that there are after a change, and that it has to do with.
    ///
    /// - Parameters:
    ///   - changed: the keys of the accounts whose claims change.
    ///   - old: the claims of an account before, by its key; nil for one that is not known.
    ///   - new: those after it.
    public static func found(
        among changed: [String], from old: @escaping (String) throws -> AccountClaims?,
        to new: @escaping (String) throws -> AccountClaims?
    ) throws -> [ImportCircle] {
        let (before, after) = (ClaimedImports(old), ClaimedImports(new))
        var found: [ImportCircle] = []
        for key in changed {
            for link in try after.imports(of: key) where try after.isLetIn(link) {
                guard let way = try after.circles.circle(from: link) else { continue }
                // What was there before is on the servers when this one comes to them, unless it went in a circle itself.
                let isLeftOut =
                    try way.last?.exporter == key && !before.imports(of: key).contains(link)
                    && way.dropFirst().allSatisfy(before.isThere)
                found.append(ImportCircle(way, isLeftOut: isLeftOut))
            }
        }
        var told = Set(found.filter(\.isLeftOut).map(\.circle))
        return found.filter { $0.isLeftOut || told.insert($0.circle).inserted }
    }

    private init(_ way: [ImportCircles.Link], isLeftOut: Bool) {
        let first = way[0]
        (kind, importer, exporter, subject) = (first.kind, first.importer, first.exporter, first.remote.description)
        accounts = way.map(\.importer)
        self.isLeftOut = isLeftOut
    }

    private struct Circle: Hashable {
        let kind: ExportPolicy.Kind
        let accounts: Set<String>
    }

    private var circle: Circle { Circle(kind: kind, accounts: Set(accounts)) }
}

/// What accounts import by their claims. Each account is read once, and only those that imports lead to.
private final class ClaimedImports {
    typealias Link = ImportCircles.Link

    private struct Account {
        var imports: [Link] = []
        var passages: [Link: ImportPassage] = [:]
        var exports: [(pattern: Pattern, export: Export)] = []
    }

    private let claims: (String) throws -> AccountClaims?
    private var accounts: [String: Account] = [:]

    init(_ claims: @escaping (String) throws -> AccountClaims?) { self.claims = claims }

    var circles: ImportCircles {
        ImportCircles(imports: imports(of:), streams: streams(of:), isLetIn: isLetIn)
    }

    func imports(of key: String) throws -> [Link] { try account(key).imports }

    /// Whether an account imports something, and is let in.
    func isThere(_ link: Link) throws -> Bool { try imports(of: link.importer).contains(link) && isLetIn(link) }

    func isLetIn(_ link: Link) throws -> Bool {
        guard let passage = try account(link.importer).passages[link] else { return false }
        return passage.isLetIn(by: try account(link.exporter).exports)
    }

    private func streams(of key: String) throws -> [Pattern] {
        try account(key).exports.filter { $0.export.type == .stream }.map(\.pattern)
    }

    private func account(_ key: String) throws -> Account {
        if let known = accounts[key] { return known }
        var account = Account()
        let claims = try claims(key)
        for item in claims?.imports ?? [] {
            guard let kind = ExportPolicy.Kind(item.type), let passage = ImportPassage(item, of: key),
                let local = item.calledPattern
            else { continue }
            let link = Link(
                kind: kind, importer: key, exporter: item.account, remote: passage.pattern, local: local)
            account.imports.append(link)
            account.passages[link] = passage
        }
        account.exports = (claims?.exports ?? []).compactMap { export in
            (try? Pattern(export.subject)).map { ($0, export) }
        }
        accounts[key] = account
        return account
    }
}

extension Import {
    /// What the importer calls it, with wildcards where it refers to those of the exporter's subject.
    fileprivate var calledPattern: Pattern? {
        let tokens = calledSubject.split(separator: ".", omittingEmptySubsequences: false)
        return try? Pattern(tokens.map { $0.hasPrefix("$") ? "*" : String($0) }.joined(separator: "."))
    }
}
