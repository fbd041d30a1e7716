import Secrets
import TestSupport
import Testing

@testable import NKeys

@Suite("Seeds in other texts")
struct SecretTextTests {
    private static func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Seeds and private keys of every kind.
    private static let secrets: [String] = KeyKind.allCases.flatMap { kind in
        let pair = KeyPair.generate(kind)
        return [text(pair.seed), text(pair.privateKeyText)]
    }

    /// The longest part of a secret that a text still holds.
    private static func longestPart(of secret: String, in text: String) -> Int {
        let letters = Array(secret)
        let shown = text.uppercased().filter { $0 != "\n" && $0 != "\r" }
        return (0..<letters.count).map { start in
            (start...letters.count).last { shown.contains(String(letters[start..<$0])) }.map { $0 - start } ?? 0
        }.max() ?? 0
    }

    @Test("no secret is shown wherever it stands", arguments: secrets)
    func everywhere(secret: String) {
        let middle = secret.index(secret.startIndex, offsetBy: 20)
        let broken = secret[..<middle] + "\r\n" + secret[middle...]
        for text in [
            secret, "\"\(secret)\" is no key", "orders.\(secret).new", "prefix_\(secret)", "name=\(secret)&x",
            "\(secret)\n",
            secret.lowercased(), "my\(secret)", "XYZ\(secret)ABC", String(broken), "a.\(broken)\nb", "é\(secret)漢",
            "\(secret) \(secret)", String(secret.dropLast(3)), String(secret.prefix(45)), "x.\(secret.prefix(45)).y",
        ] {
            let shown = SecretText.hidden(in: text)
            #expect(Self.longestPart(of: secret, in: shown) < 12, "\(shown)")
            #expect(shown.contains(", not shown]"))
            #expect(SecretText.hidden(in: shown) == shown)
        }
    }

    @Test("a secret that was mistyped, grouped, cut or copied in part is not shown either", arguments: secrets)
    func damaged(secret: String) {
        let letters = Array(secret)
        func with(_ text: String, at place: Int, instead count: Int = 1) -> String {
            String(letters[..<place]) + text + String(letters[(place + count)...])
        }
        let groups = { (size: Int, mark: String) in
            stride(from: 0, to: letters.count, by: size).map { String(letters[$0..<min($0 + size, letters.count)]) }
                .joined(separator: mark)
        }
        var texts = ["0", "1", "8", "9", " ", "-", "é", "!", ".", "/", "_", "\n", "a", "  "].flatMap { mark in
            [with(mark, at: 20), with(mark, at: 20, instead: 0), with(mark, at: 1), with(mark, at: letters.count - 9)]
        }
        texts.append(with("0", at: 25).lowercased())
        // Without its first letter a private curve key is like a public key.
        if letters.count != 56 { texts += [String(letters.dropFirst()), "X" + letters.dropFirst()] }
        texts += [groups(4, " "), groups(4, "-"), groups(10, " "), groups(16, "\n")]
        texts += [String(with("1", at: 11).prefix(48)), with("0", at: 30, instead: 3)]
        for text in texts {
            let shown = SecretText.hidden(in: "there is no user \"\(text)\" in the account A")
            let upper = Array(shown.uppercased().utf8)
            let parts = Set((0...(upper.count - 12)).map { upper[$0..<$0 + 12] })
            let isShown = (0...(letters.count - 12)).contains { parts.contains(Array(secret.utf8)[$0..<$0 + 12]) }
            #expect(!isShown, "\(text) is shown as \(shown)")
            #expect(shown.hasPrefix("there is no user \"[") && shown.hasSuffix("\" in the account A"))
        }
    }

    @Test("what is around a secret stays")
    func around() {
        let seed = Self.text(KeyPair.generate(.user).seed)
        #expect(SecretText.hidden(in: "é.\(seed).b") == "é.[a seed, not shown].b")
        #expect(SecretText.hidden(in: "my\(seed)") == "my[a seed, not shown]")
        let token = "eyJ0eXAi.eyJqdGki.\(String(repeating: "x", count: 86))"
        #expect(SecretText.hidden(in: "jwt=\(token) a") == "jwt=[a token, not shown] a")
        #expect(SecretText.hidden(in: "a.\(token).b") == "a.[a token, not shown].b")
    }

    @Test("the credentials of a URL are left out")
    func urls() {
        for (url, shown) in [
            ("nats://me:pw@h:4222/a@b", "nats://[credentials, not shown]@h:4222/a@b"),
            (
                "\"tls://t@h\" and ws://a:b@c@d",
                "\"tls://[credentials, not shown]@h\" and ws://[credentials, not shown]@d"
            ),
            ("nats://h", "nats://h"), ("nats://@h", "nats://@h"), ("a@b", "a@b"),
            ("http://h/?q=a@b", "http://h/?q=a@b"),
        ] {
            #expect(SecretText.hidden(in: url) == shown)
            #expect(SecretText.hidden(in: shown) == shown)
        }
    }

    @Test("public keys and other long words are shown")
    func others() {
        for kind in KeyKind.allCases {
            for _ in 0..<40 {
                let key = KeyPair.generate(kind).publicKey.text
                let text = "\"\(key)\" is not \(key.lowercased()).\(key)"
                #expect(SecretText.hidden(in: text) == text)
            }
        }
        for text in [
            "", "S", "SU", String(repeating: "S", count: 39), "the supercalifragilisticexpialidocious",
            String(repeating: "a", count: 200), "a.b.\(String(repeating: "c", count: 90))",
            (0..<60).map { "s\($0)" }.joined(separator: "\n"),
            // The version and the identifier of a token, a fingerprint.
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
            "KE5TG4VRPXTV5DBWAYKVXYBTYQHFTXWVAJ5ZZV5WPZ5SJ62FJS4A",
            "STANDARD WEBSOCKET LEAFNODE LEAFNODE_WS MQTT MQTT_WS IN_PROCESS",
            "ORDERS.EU-1.STOCK.2024.WAREHOUSE.SHELF.17.ITEMS.ALL.THINGS",
            "THE SERVER SAYS: PERMISSIONS VIOLATION FOR SUBSCRIPTION",
        ] {
            #expect(SecretText.hidden(in: text) == text)
        }
    }

    @Test("errors that quote what was given leave it out")
    func errors() throws {
        let seed = Self.text(KeyPair.generate(.user).seed)
        let error = #expect(throws: NKeyError.self) { try Vanity.search(.user, prefix: seed) }
        #expect(error?.message.contains(seed) == false)
    }
}
