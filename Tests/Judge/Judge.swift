import Foundation
import Oracle

/// `judge`: the oracle for programs in other languages. Reads a question a line and answers each with `yes` or `no`.
///
/// A line is a JSON object. One with `role` makes a role known under that name, for a user, and is answered with `yes`
/// where the user is let in under it. Any other asks about a role that is known: `publish` or `deliver` names a subject,
/// and `group` the queue group of the subscription that it would be delivered to.
@main
enum Judge {
    private struct Line: Decodable {
        var role: String?
        var user: String?
        var publishAllow: [String]?
        var publishDeny: [String]?
        var subscribeAllow: [String]?
        var subscribeDeny: [String]?

        var of: String?
        var publish: String?
        var deliver: String?
        var group: String?
    }

    static func main() throws {
        var roles: [String: OracleRules] = [:]
        while let text = readLine() {
            let line = try JSONDecoder().decode(Line.self, from: Data(text.utf8))
            let answer: Bool
            if let name = line.role {
                roles[name] = rules(line)
                answer = roles[name] != nil
            } else {
                answer = line.of.flatMap { roles[$0] }.map { isAllowed(line, $0) } ?? false
            }
            // Not kept back: whoever asks waits for it.
            FileHandle.standardOutput.write(Data((answer ? "yes\n" : "no\n").utf8))
        }
    }

    private static func rules(_ line: Line) -> OracleRules? {
        var role = OracleRole()
        role.publishAllow = line.publishAllow ?? []
        role.publishDeny = line.publishDeny ?? []
        role.subscribeAllow = line.subscribeAllow ?? []
        role.subscribeDeny = line.subscribeDeny ?? []
        var user = OracleUser()
        user.name = line.user ?? ""
        return role.filled(for: user)
    }

    private static func isAllowed(_ line: Line, _ rules: OracleRules) -> Bool {
        if let subject = line.publish { return rules.publish(tokens(subject), hasCredit: false).isAllowed }
        guard let subject = line.deliver.map(tokens) else { return false }
        let group = line.group.map(tokens)
        return rules.isInSet(subject, group) && rules.denials(subject, group).isEmpty
    }

    private static func tokens(_ text: String) -> [[UInt8]] { OracleRules.tokens(Array(text.utf8)) }
}
