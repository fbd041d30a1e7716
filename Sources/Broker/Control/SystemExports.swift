import Claims
import Subjects

/// What the system account offers to every account, besides what its own claims say: its own figures, and who somebody
/// is. A service export of the system account that covers one of them takes its place.
enum SystemExports {
    private static let exports: [Export] = [
        figures("CONNZ"), figures("STATZ"), Export(subject: "$SYS.REQ.USER.*.INFO", type: .service),
    ]

    /// What an account may only ask about itself.
    private static func figures(_ name: String) -> Export {
        var export = Export(subject: "$SYS.REQ.ACCOUNT.*.\(name)", type: .service)
        export.accountTokenPosition = 4
        export.responseType = .stream
        return export
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
