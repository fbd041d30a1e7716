import Authorization
import Secrets
import Testing

@testable import Broker

@Suite struct ConnectOptionsTests {
    private func read(_ json: String, after earlier: ConnectOptions = ConnectOptions()) -> ConnectOptions? {
        ConnectOptions(json: Array(json.utf8).span, after: earlier)
    }

    @Test func hasTheProtocolsDefaults() throws {
        let options = try #require(read("{}"))
        #expect(options.verbose && options.pedantic && options.echo && !options.headers && options.fault == nil)
    }

    @Test func readsNamesInAnyCaseAndPassesOverOthers() throws {
        let options = try #require(
            read(#"{"VERBOSE":false,"Jwt":"t","sig":"s","protocol":1,"unknown":[1],"name":null}"#))
        #expect(!options.verbose && options.credentials.token == "t" && options.credentials.signature == "s")
        #expect(options.protocolVersion == 1 && options.name.isEmpty)
    }

    @Test func theLastOfSeveralCounts() throws {
        #expect(read(#"{"verbose":true,"VERBOSE":false}"#)?.verbose == false)
        let first = try #require(read(#"{"echo":false}"#))
        #expect(read("null", after: first)?.echo == false)
    }

    @Test(arguments: [
        "", "[]", "{", #"{"verbose":"yes"}"#, #"{"protocol":1.5}"#, #"{"jwt":7}"#, #"{"a":1}}"#,
        #"{"verbose":1,"verbose":true}"#,
        #"{"protocol":1.0}"#, #"{"tls_required":"x"}"#, #"{"account":false}"#, #"{"import":{"allow":"x"}}"#,
    ])
    func whatIsNoneIsNotRead(_ json: String) {
        #expect(read(json) == nil)
    }

    @Test func namesWhatCannotBe() {
        #expect(read(#"{"no_responders":true}"#)?.fault == "no responders requires headers support")
        #expect(read(#"{"protocol":2}"#)?.fault == "invalid client protocol")
        #expect(read(#"{"protocol":-1}"#)?.fault == "invalid client protocol")
    }

    @Test func anAccountIsForCredentialsToDecide() {
        #expect(read(#"{"account":"SYS"}"#)?.credentials.designatesAccount == true)
        #expect(read(#"{"new_account":true}"#)?.credentials.designatesAccount == true)
        #expect(read(#"{"account":""}"#)?.credentials.designatesAccount == false)
    }

    @Test func aLaterLineLeavesTheRestAsItWas() throws {
        let first = try #require(read(#"{"verbose":false,"jwt":"t","sig":"s","protocol":1}"#))
        let second = try #require(read(#"{"echo":false,"sig":"r"}"#, after: first))
        #expect(!second.verbose && !second.echo && second.protocolVersion == 1)
        #expect(second.credentials.token == "t" && second.credentials.signature == "r")
    }

    @Test func secretsAreGivenAwayOnce() throws {
        var options = try #require(read(#"{"user":"u","pass":"p","auth_token":"t"}"#))
        #expect(options.credentials.hasPassword && options.credentials.hasSharedToken)
        var shown = ""
        dump(options, to: &shown)
        #expect(!shown.contains("\"p\"") && !shown.contains("\"t\""))
        let secrets = options.takeSecrets()
        #expect(secrets.password == Secret(copying: Array("p".utf8)))
        #expect(secrets.sharedToken == Secret(copying: Array("t".utf8)))
        let later = try #require(read("{}", after: options))
        #expect(later.credentials.user == "u" && !later.credentials.hasPassword && !later.credentials.hasSharedToken)
        var taken = later
        #expect(taken.takeSecrets().password == nil)
    }

    @Test func anEmptyPasswordIsNone() throws {
        let first = try #require(read(#"{"pass":"p"}"#))
        var second = try #require(read(#"{"pass":""}"#, after: first))
        #expect(!second.credentials.hasPassword && second.takeSecrets().password == nil)
    }
}
