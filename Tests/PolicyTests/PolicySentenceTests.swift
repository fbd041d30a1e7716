import Testing

@testable import Policy

@Suite struct PolicySentenceTests {
    @Test(arguments: [
        "publish a.b", "publish a reply b", "request a", "subscribe a.>", "subscribe * queue q.1", "receive a queue q",
        "reply to a", "get B k.x", "put B k", "next S/c", "connect", "connect at 06:00 from 10.0.0.1 as MQTT",
        "connect from ::1 at 23:59:59",
    ]) func `Sentences of every form are read`(_ text: String) throws {
        #expect(PolicySentence.fault(in: text) == nil)
    }

    @Test(arguments: [
        "", "publish", "publish a b", "publish a.*", "publish a..b", "publish a reply b.>", "request a.", "receive a.>",
        "subscribe a queue my group", "subscribe a queue >", "subscribe a\u{A0}b", "connect from nowhere",
        "connect at 25:00", "connect as SERIAL", "connect at 06:00 at 07:00", "next S", "get a.b c", "put B k.*",
    ]) func `What cannot be is no sentence, for explain as for tests`(_ text: String) throws {
        let set = try AccessAnalysisTests.set(["A": "roles: { r: { publish: [ a ] } }"])
        let explainer = PolicyExplainer(set, account: try #require(set.accounts.first))
        #expect(throws: PolicySentence.Fault.self) {
            _ = try explainer.explain(.holder(role: "r", name: "u", tags: [:]), text)
        }
    }

    @Test func `What people are told has each form`() {
        for word in ["publish", "request", "subscribe", "receive", "reply to", "get", "put", "next", "connect"] {
            #expect(PolicySentence.summary.contains(word) && PolicySentence.beginnings.contains(word))
        }
    }

    @Test func `Whom a question is about has to be possible`() throws {
        let set = try AccessAnalysisTests.set([
            "A": "roles: { r: { tags: { t: [ x, w ] }, publish: [ \"{{tag(t)}}.{{name()}}\" ] } }"
        ])
        let account = try #require(set.accounts.first)
        func fault(_ name: String, _ tags: [String: String]) -> String? {
            account.fault(in: .holder(role: "r", name: name, tags: tags))?.message
        }
        #expect(fault("u", ["t": "x"]) == nil)
        #expect(fault("u", ["t": "z"]) != nil && fault("u", [:]) != nil && fault("u", ["t": "x", "s": "x"]) != nil)
        #expect(fault("a.b", ["t": "x"]) != nil)
    }

    @Test func `No key that was made up is shown`() throws {
        let set = try AccessAnalysisTests.set(["A": "roles: { r: { publish: [ \"s.{{subject()}}\", s.x ] } }"])
        let explainer = PolicyExplainer(set, account: try #require(set.accounts.first))
        let said = try #require(try explainer.explain(.holder(role: "r", name: "u", tags: [:]), "publish s.x"))
        #expect(said.fillings.map(\.values) == [["the user's public key"]])
        #expect(!said.description.contains(/U[A-Z2-7]{55}/))
    }
}
