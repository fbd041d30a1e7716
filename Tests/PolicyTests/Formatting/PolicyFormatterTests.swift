import Foundation
import Testing

@testable import Policy

@Suite struct PolicyFormatterTests {
    private func format(_ text: String) throws -> String {
        String(decoding: try PolicyFormatter.format(Array(text.utf8), file: "a.yaml"), as: UTF8.self)
    }

    @Test func `Keys stand in one order and lists in brackets`() throws {
        let text = """
            roles:
                r:
                    subscribe:
                    - b.>
                    publish: [a,   'c d'
                      ,"e" ]
            account:   A
            """
        // A blank inside a subject is an error, so that the file is left alone.
        #expect(throws: PolicyFormatter.Failure.self) { try format(text) }
        #expect(
            try format(text.replacing("c d", with: "c")) == """
                account: A

                roles:
                  r:
                    publish:   [ a, "c", "e" ]
                    subscribe: [ b.> ]

                """)
    }

    @Test func `Comments stay with what they are about`() throws {
        let text = """
            # the file

            account: A  # its name
            users:
              # one
              u: {role: r}   # the boss

              # two
              v: { role: r }
              # w: { role: r }
            # all of them
            roles:   # what there is
              r:
                # why
                publish:
                  - a # first
                  # second
                  - b
                  # third
            limits: { # few
              connections: 5 }
            # the end
            """
        let laidOut = """
            # the file

            account: A  # its name
            limits: { connections: 5 }  # few

            # all of them
            roles:  # what there is
              r:
                # why
                publish:
                  - a  # first
                  # second
                  - b
                  # third

            users:
              # one
              u: { role: r }  # the boss

              # two
              v: { role: r }
              # w: { role: r }
            # the end

            """
        #expect(try format(text) == laidOut)
        #expect(try format(laidOut) == laidOut)
    }

    @Test func `Long lists go on below their beginning, and longer ones line by line`() throws {
        for count in [3, 12, 60] {
            let subjects = (0..<count).map { "orders.subject-\($0).>" }.joined(separator: ", ")
            let once = try format("account: A\nroles: { r: { publish: [ \(subjects) ] } }\n")
            #expect(once.split(separator: "\n").allSatisfy { $0.count <= LayoutWriter.width })
            #expect(try format(once) == once)
            #expect(once.contains("\n      - orders.subject-59.>") == (count == 60))
        }
    }

    @Test func `What needs quotes keeps them, and what does not fit brackets stays outside`() throws {
        let text = """
            account: A
            roles:
              r: { publish: [ ">", 'it''s', "a\\tb.c" ] }
            """
        #expect(throws: PolicyFormatter.Failure.self) { try format(text) }
        let once = try format("account: A\nusers:\n  u:\n    description: one, two [three]\n    role: r\n")
        #expect(once.contains("    role: r\n    description: one, two [three]\n"))
    }

    // MARK: Generated files

    /// Files that mean something, written in as many ways as there are, with comments everywhere.
    private struct Scribbler {
        var random: SplitMix

        mutating func pick<Element>(_ elements: [Element]) -> Element {
            elements[Int(random.next() % UInt64(elements.count))]
        }
        mutating func chance(_ percent: UInt64) -> Bool { random.next() % 100 < percent }

        mutating func text() -> String {
            let word = pick(["a.b", "plant.*.x", "orders.>", "cmd.{{name()}}", "x", "$SRV.PING", "_INBOX.x.>"])
            return word.contains("{") || chance(40) ? pick(["\"\(word)\"", "'\(word)'"]) : word
        }

        mutating func comment(_ indent: Int) -> String {
            guard chance(15) else { return "" }
            let margin = String(repeating: " ", count: chance(80) ? indent : Int(random.next() % 9))
            return pick(["\(margin)# \(random.next() % 100) [\n", "\n", "\n\(margin)# \"x\n\n"])
        }

        mutating func ending() -> String { chance(10) ? "  # '\(random.next() % 100)\n" : "\n" }

        mutating func list(_ indent: Int) -> String {
            let count = Int(random.next() % (chance(10) ? 40 : 4))
            if count == 0 { return pick([" []\n", "\n", " [ ]\n"]) }
            if chance(50) {
                let inner = (0..<count).map { _ in text() }
                if chance(30) {
                    let margin = String(repeating: " ", count: indent + 3)
                    return " [\(ending())" + inner.map { comment(indent) + margin + $0 + "," + ending() }.joined()
                        + margin + "]\(ending())"
                }
                return " [" + inner.joined(separator: ", ") + "]" + ending()
            }
            let margin = String(repeating: " ", count: indent + 1)
            return ending() + (0..<count).map { _ in comment(indent + 1) + margin + "- " + text() + ending() }.joined()
        }

        mutating func role(_ indent: Int) -> String {
            let margin = String(repeating: " ", count: indent)
            var keys = [
                margin + "publish:" + list(indent), margin + "subscribe:" + list(indent),
                margin + "description: one, two" + ending(), margin + "inbox: private" + ending(),
                margin + "expires: { default: 1d, most: 2d }" + ending(),
                margin + "queue: { \(text()): [ g ], }" + ending(), margin + "call:" + list(indent),
            ]
            keys.shuffle(using: &random)
            return keys.prefix(1 + Int(random.next() % 6)).map { comment(indent) + $0 }.joined()
        }

        mutating func file() -> String {
            var parts = [
                "chancery: v1" + ending(), "account: A" + ending(),
                "limits: { connections: 5, payload: 1MiB }" + ending(),
                "users:" + ending() + (0..<3).map { "  u\($0): { role: r\($0) }" + ending() + comment(2) }.joined(),
                "roles:" + ending() + (0..<3).map { comment(2) + "  r\($0):" + ending() + role(4) }.joined(),
                "exports:\n"
                    + (0..<2).map { comment(1) + " - private: true\(ending())   stream: x.y\($0)" + ending() }.joined(),
                "tests:\n"
                    + (0..<2).map { "  - as: u\($0)\n    may not: [ publish a, \"subscribe b\" ]" + ending() }.joined(),
            ]
            parts.shuffle(using: &random)
            return comment(0) + parts.map { comment(0) + $0 }.joined() + comment(0)
        }
    }

    @Test func `Files mean the same before and after, keep their comments, and are laid out once`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var scribbler = Scribbler(random: SplitMix(seed: seed))
        var formatted = 0
        for number in 0..<200 {
            let text = scribbler.file()
            let bytes = Array(text.utf8)
            guard let before = try? AccountPolicyFile.read(bytes, file: "a.yaml") else {
                #expect(throws: PolicyFormatter.Failure.self) { try PolicyFormatter.format(bytes, file: "a.yaml") }
                continue
            }
            let once = try PolicyFormatter.format(bytes, file: "a.yaml")
            let after = try AccountPolicyFile.read(once, file: "a.yaml")
            #expect(Meaning.of(before.policy) == Meaning.of(after.policy), "seed \(seed), file \(number):\n\(text)")
            let twice = try PolicyFormatter.format(once, file: "a.yaml")
            #expect(
                twice == once,
                "seed \(seed), file \(number):\n\(text)\n---\n\(String(decoding: once, as: UTF8.self))\n---\n\(String(decoding: twice, as: UTF8.self))"
            )
            #expect(Self.comments(in: bytes) == Self.comments(in: once), "seed \(seed), file \(number):\n\(text)")
            formatted += 1
            guard twice == once else { return }
        }
        #expect(formatted > 100)
    }

    /// Each comment of a file, sorted.
    private static func comments(in bytes: [UInt8]) -> [String] {
        guard let document = try? PolicyText.parse(bytes, file: "a.yaml"), let root = document.root else { return [] }
        return LayoutComments(document.source, root).comments.map(\.text).sorted()
    }
}

/// What a value says, whatever the places that it was read from.
enum Meaning {
    static func of(_ value: Any) -> String {
        if value is PolicyPosition { return "" }
        if let text = value as? String { return "\"\(text)\"" }
        let mirror = Mirror(reflecting: value)
        if mirror.children.isEmpty { return "\(value)" }
        return "(" + mirror.children.map { "\($0.label ?? ""):" + of($0.value) }.joined(separator: ",") + ")"
    }
}

/// A generator whose numbers follow from a seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
