import Authorization
import Claims
import Subjects

/// What the system account offers to every account, besides what its own claims say: its own figures, and who somebody
/// is. A service export of the system account that covers one of them takes its place.
enum SystemExports {
    private static let exports: [Export] = [
        figures("CONNZ"), figures("STATZ"), Export(subject: "$SYS.DEBUG.SUBSCRIBERS", type: .service),
        Export(subject: "$SYS.REQ.USER.*.INFO", type: .service),
    ]

    /// What an account may only ask about itself.
    private static func figures(_ name: String) -> Export {
        var export = Export(subject: "$SYS.REQ.ACCOUNT.*.\(name)", type: .service)
        export.accountTokenPosition = 4
        export.responseType = .stream
        return export
    }

    /// What an account has for imports without saying so, as pages list them.
    static func imports(of account: AccountIdentity, systemAccount: AccountIdentity?) -> [Import] {
        guard let systemAccount else { return [] }
        func request(_ local: String, _ remote: String, isShared: Bool = false) -> Import {
            var request = Import(subject: remote, account: systemAccount.text, type: .service)
            request.to = local
            request.share = isShared
            return request
        }
        let information = request("$SYS.REQ.USER.INFO", "$SYS.REQ.USER.\(account.text).INFO", isShared: true)
        guard account != systemAccount else { return [information] }
        let place = "$SYS.REQ.ACCOUNT.\(account.text)"
        return [
            request("$SYS.REQ.ACCOUNT.PING.CONNZ", "\(place).CONNZ"),
            request("$SYS.REQ.SERVER.PING.CONNZ", "\(place).CONNZ"),
            request("$SYS.REQ.ACCOUNT.PING.STATZ", "\(place).STATZ"), information,
        ]
    }

    /// What is added to the exports of the system account's claims.
    static func added(to declared: [Export]) -> [Export] {
        let covering = declared.filter { $0.type == .service }.compactMap { try? Pattern($0.subject) }
        return exports.filter { export in
            guard let subject = try? Pattern(export.subject) else { return false }
            return !covering.contains { subject.isContained(in: $0) }
        }
    }
}
