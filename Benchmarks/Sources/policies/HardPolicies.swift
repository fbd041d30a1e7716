/// Accounts that cost more than their size where each thing is looked at for each other one.
enum HardPolicies {
    static var all: [(name: String, account: [UInt8])] {
        [
            ("300 roles that include 20 others", Array(including(300).utf8)),
            ("300 roles and 600 derived ones", Array((plain(300) + users(600, of: 300)).utf8)),
            ("the same, the roles including 20 others", Array((including(300) + users(600, of: 300)).utf8)),
            ("4 x 1,500 patterns of few names", patterns(1_500, names: 4)),
            ("4 x 1,500 patterns of more names", patterns(1_500, names: 12)),
        ]
    }

    private static let head = "chancery: v1\naccount: A\nroles:\n"

    private static func plain(_ count: Int) -> String {
        head
            + (0..<count).map { role in
                "  r\(role): { publish: [ a.r\(role).s, \"*.r\(role).*\" ], subscribe: [ b.r\(role).s, \"*.r\(role).t.>\" ], "
                    + "queue: { \"jobs.r\(role).*\": [ g\(role) ] } }\n"
            }.joined()
    }

    private static func including(_ count: Int) -> String {
        head
            + (0..<count).map { role in
                let others = (1...20).map { role + $0 }.filter { $0 < count }.map { "r\($0)" }
                return "  r\(role): { publish: [ a.r\(role).s, a.r\(role).t ], includes: [ "
                    + others.joined(separator: ", ") + " ] }\n"
            }.joined()
    }

    private static func users(_ count: Int, of roles: Int) -> String {
        "users:\n"
            + (0..<count).map { user in
                let other = (user * 7 + 3 + user / roles) % roles
                return "  u\(user): { role: [ r\(user % roles), r\(other) ], extra: { publish: [ x.y\(user) ] } }\n"
            }.joined()
    }

    private static func patterns(_ count: Int, names: UInt64) -> [UInt8] {
        var state: UInt64 = 7
        func next(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        func list() -> String {
            (0..<count).map { _ in
                var tokens = (0..<2 + next(7)).map { _ in
                    let name = next(names + 2)
                    return name < names ? "t\(name)" : "*"
                }
                if next(5) == 0 { tokens.append(">") }
                return "        - \"\(tokens.joined(separator: "."))\"\n"
            }.joined()
        }
        var text = head + "  r:\n"
        for key in ["publish", "subscribe"] {
            text += "    \(key):\n      allow:\n" + list() + "      deny:\n" + list()
        }
        return Array(text.utf8)
    }
}
