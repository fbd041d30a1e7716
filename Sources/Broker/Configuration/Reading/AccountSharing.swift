import Subjects

/// What accounts export to each other and import from each other, to see whether each import is one that is granted.
struct AccountSharing {
    /// What is wrong with an export or an import.
    struct Fault {
        /// Its account's place in the list.
        let account: Int
        let isImport: Bool
        /// Its own place in the account's list.
        let index: Int
        let message: String
        let remedy: String
    }

    /// An import with its subjects read.
    struct Use {
        let kind: SharingKind
        /// The exporting account's place in the list.
        let exporter: Int
        /// From the subject there to the subject here.
        let renaming: SubjectTransform
    }

    private let accounts: [AccountConfiguration]
    private let places: [String: Int]
    private let hasSystemAccount: Bool
    private typealias Exported = (export: ExportConfiguration, pattern: Pattern)
    /// What each account exports, as far as its subjects are any.
    private let exported: [(streams: [Exported], services: [Exported])]

    init(_ accounts: [AccountConfiguration], hasSystemAccount: Bool) {
        self.accounts = accounts
        self.hasSystemAccount = hasSystemAccount
        places = Dictionary(accounts.enumerated().map { ($1.name, $0) }) { first, _ in first }
        exported = accounts.map { account in
            let exports = account.exports.compactMap { export in
                (try? Pattern(export.subject)).map { (export: export, pattern: $0) }
            }
            return (exports.filter { $0.export.kind == .stream }, exports.filter { $0.export.kind == .service })
        }
    }

    func faults() -> [Fault] {
        var faults: [Fault] = []
        var uses: [[Use?]] = []
        for (number, account) in accounts.enumerated() {
            var exports: Set<[String]> = []
            for (index, export) in account.exports.enumerated() {
                if let (message, remedy) = fault(of: export, &exports, of: account) {
                    faults.append(
                        .init(account: number, isImport: false, index: index, message: message, remedy: remedy))
                }
            }
            var seen: Set<[String]> = []
            var used: [Use?] = []
            for (index, item) in account.imports.enumerated() {
                let fault = fault(of: item, by: account, &seen)
                if let (message, remedy) = fault {
                    faults.append(
                        .init(account: number, isImport: true, index: index, message: message, remedy: remedy))
                }
                used.append(fault == nil ? use(item) : nil)
            }
            uses.append(used)
        }
        for circle in ImportCircles(uses).found() {
            faults.append(
                .init(
                    account: circle.account, isImport: true, index: circle.index,
                    message: circle.isCertain
                        ? "this import comes back to this account" : "there are too many imports of imports to follow",
                    remedy: "remove one of the imports between the accounts"))
        }
        return faults
    }

    // MARK: Exports

    private func fault(
        of export: ExportConfiguration, _ seen: inout Set<[String]>, of account: AccountConfiguration
    ) -> (String, String)? {
        guard seen.insert([export.kind.rawValue, export.subject]).inserted else {
            return ("the \(export.kind) \"\(export.subject)\" is exported twice", "write it once, with all accounts")
        }
        for name in export.accounts ?? [] where places[name] == nil {
            return unknown(name)
        }
        guard let latency = export.latency else { return nil }
        guard hasSystemAccount else {
            return ("latency is measured by the system account, and there is none", "remove no_system_account")
        }
        if let results = try? Pattern(latency.subject),
            exports(of: places[account.name] ?? 0, .service).contains(where: { results.isContained(in: $0.pattern) })
        {
            return ("the results of \"\(export.subject)\" would go to a service", "choose another subject for them")
        }
        return nil
    }

    private func unknown(_ name: String) -> (String, String) {
        (
            "there is no account \"\(name)\"",
            Suggestion.closest(to: name, among: places.keys).map { "did you mean \"\($0)\"?" }
                ?? "write it in accounts, or remove it here"
        )
    }

    private func exports(of account: Int, _ kind: SharingKind) -> [Exported] {
        kind == .stream ? exported[account].streams : exported[account].services
    }

    // MARK: Imports

    private func fault(
        of item: ImportConfiguration, by importer: AccountConfiguration, _ seen: inout Set<[String]>
    ) -> (String, String)? {
        guard let exporter = places[item.account] else { return unknown(item.account) }
        guard let subject = try? Pattern(item.subject) else { return nil }
        // A stream may be had once, a service once under each name.
        let name = item.kind == .stream ? item.subject : item.localSubject ?? item.subject
        guard seen.insert([item.kind.rawValue, item.account, name]).inserted else {
            return ("the \(item.kind) \"\(name)\" of \"\(item.account)\" is imported twice", "remove one of them")
        }
        var isGranted = false
        for (export, pattern) in exports(of: exporter, item.kind) where pattern.overlaps(subject) {
            // Whatever the subject touches has to be granted (rule S5).
            guard grants(export, to: importer.name, subject) else {
                return (
                    "\"\(item.account)\" does not export \"\(export.subject)\" to \"\(importer.name)\"",
                    "add it to the accounts of that export, or import less"
                )
            }
            isGranted = isGranted || subject.isContained(in: pattern)
        }
        guard isGranted else {
            return (
                "\"\(item.account)\" exports no \(item.kind) \"\(item.subject)\"",
                "export it there, or import what is exported"
            )
        }
        return nil
    }

    private func grants(_ export: ExportConfiguration, to importer: String, _ subject: Pattern) -> Bool {
        guard export.accountTokenPosition == 0 else {
            let index = export.accountTokenPosition - 1
            return index < subject.tokens.count && subject.tokens[index] == .literal(Array(importer.utf8))
        }
        return export.accounts?.contains(importer) ?? true
    }

    private func use(_ item: ImportConfiguration) -> Use? {
        guard let exporter = places[item.account], let subject = try? Pattern(item.subject) else { return nil }
        let local = item.prefix.map { "\($0).\(item.subject)" } ?? item.localSubject
        let renaming =
            local.map { try? SubjectTransform(from: item.subject, to: $0) } ?? SubjectTransform(identity: subject)
        return renaming.map { Use(kind: item.kind, exporter: exporter, renaming: $0) }
    }
}

/// Finds imports that lead back to where they begin.
struct ImportCircles {
    struct Circle {
        let account: Int
        let index: Int
        /// False where the search was given up.
        let isCertain: Bool
    }

    private struct Step: Hashable {
        let account: Int
        let subject: Pattern
    }

    /// By account, in the order of its imports; nil for one that is wrong anyway.
    private let uses: [[AccountSharing.Use?]]
    /// How many steps are made in all. Accounts that a person wrote need far fewer.
    private static let patience = 50_000

    init(_ uses: [[AccountSharing.Use?]]) {
        self.uses = uses
    }

    func found() -> [Circle] {
        var circles: [Circle] = []
        var steps = 0
        for (account, list) in uses.enumerated() {
            for (index, use) in list.enumerated() {
                // An account may import what it exports itself.
                guard let use, use.exporter != account else { continue }
                if comesBack(use, to: account, &steps) {
                    circles.append(Circle(account: account, index: index, isCertain: true))
                } else if steps > Self.patience {
                    return circles + [Circle(account: account, index: index, isCertain: false)]
                }
            }
        }
        return circles
    }

    /// Whether what this import brings, or calls, is brought or called through an import of the same account.
    private func comesBack(_ origin: AccountSharing.Use, to account: Int, _ steps: inout Int) -> Bool {
        guard let here = try? origin.renaming.inverse().source else { return false }
        var open = [Step(account: origin.exporter, subject: origin.renaming.source)]
        var seen = Set(open)
        while let step = open.popLast() {
            for case let use? in uses[step.account] where use.kind == origin.kind && use.exporter != step.account {
                steps += 1
                guard steps <= Self.patience else { return false }
                guard let subject = try? use.renaming.inverse().apply(to: step.subject) else { continue }
                if use.exporter == account, subject.overlaps(here) { return true }
                let next = Step(account: use.exporter, subject: subject)
                if seen.insert(next).inserted { open.append(next) }
            }
        }
        return false
    }
}
