import TestSupport

@testable import Administration
@testable import Policy

/// Makes sets of two accounts with roles, mappings and imports both ways, each with its grant.
struct RandomPolicySet {
    /// The subjects that are exported, of which no two of one kind in one set lie in each other.
    let exports: [String]
    var kinds = ["stream"]

    func make(_ random: inout SeededGenerator) throws -> PolicySet {
        let (ofA, ofB) = (offers(&random), offers(&random))
        let (byA, byB) = (takes(ofB, &random), takes(ofA, &random))
        return try PolicyApplyTests.set([
            "A": account("B", offers: ofA, takes: byA, &random), "B": account("A", offers: ofB, takes: byB, &random),
        ])
    }

    private struct Offer {
        let kind: String
        let subject: String
        let isPrivate: Bool
    }

    private func offers(_ random: inout SeededGenerator) -> [Offer] {
        var offers: [Offer] = []
        for subject in exports.shuffled(using: &random) where Bool.random(using: &random) {
            let kind = kinds.randomElement(using: &random) ?? "stream"
            let clashes = offers.contains {
                $0.kind == kind
                    && (SubjectCover.contains($0.subject, subject) || SubjectCover.contains(subject, $0.subject))
            }
            guard !clashes else { continue }
            offers.append(Offer(kind: kind, subject: subject, isPrivate: Bool.random(using: &random)))
        }
        return offers
    }

    /// Imports of what is offered, whole or in part.
    private func takes(_ offers: [Offer], _ random: inout SeededGenerator) -> [Offer] {
        var taken: [Offer] = []
        for offer in offers where Bool.random(using: &random) {
            let subject =
                exports.filter { SubjectCover.contains(offer.subject, $0) }.randomElement(using: &random)
                ?? offer.subject
            // Services of one account are not imported where they meet.
            let clashes = taken.contains {
                $0.subject == subject
                    || $0.kind == "service" && offer.kind == "service" && SubjectCover.meet($0.subject, subject)
            }
            guard !clashes else { continue }
            taken.append(Offer(kind: offer.kind, subject: subject, isPrivate: false))
        }
        return taken
    }

    private func account(
        _ other: String, offers: [Offer], takes: [Offer], _ random: inout SeededGenerator
    ) -> String {
        func pick(_ words: [String]) -> String { words.randomElement(using: &random) ?? "a" }
        let roles = ["one", "two", "three"].filter { _ in Bool.random(using: &random) }.map { name in
            "  \(name): { publish: [ \(pick(["a", "b", "\"a.>\"", "\"*.c\""])) ], "
                + "subscribe: [ \(pick(["x", "z", "\"x.*\""])) ] }\n"
        }
        let mapping = Bool.random(using: &random) ? "mappings: { m: { \"n\": 10%, stay: 90% } }\n" : ""
        let offered = offers.map {
            "  - { \($0.kind): \"\($0.subject)\"\($0.isPrivate ? ", grant: [ \(other) ]" : "") }\n"
        }
        let prefix = pick(["i", "j"])
        let taken = takes.map { item in
            let wildcards = item.subject.split(separator: ".").enumerated().map { index, token in
                token == "*"
                    ? "$\(item.subject.split(separator: ".").prefix(index + 1).count { $0 == "*" })" : String(token)
            }.joined(separator: ".")
            let local = item.kind == "service" ? wildcards : item.subject
            return "  - { \(item.kind): \"\(item.subject)\", from: \(other), as: \"\(prefix).\(local)\" }\n"
        }
        let counts = "imports: \(max(1, takes.count)), exports: \(max(1, offers.count))"
        return (roles.isEmpty ? "" : "roles:\n" + roles.joined())
            + (offered.isEmpty ? "" : "exports:\n" + offered.joined())
            + (taken.isEmpty ? "" : "imports:\n" + taken.joined()) + mapping
            + "limits: { connections: \(pick(["5", "10", "unlimited"])), \(counts) }\n"
    }
}
