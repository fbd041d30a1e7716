import Authorization
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

    @Test(arguments: ["", "[]", "{", #"{"verbose":"yes"}"#, #"{"protocol":1.5}"#, #"{"jwt":7}"#, #"{"a":1}}"#, "null"])
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

    @Test func passwordsAreNotKept() {
        #expect(read(#"{"user":"u","pass":"p"}"#)?.credentials.hasPassword == true)
    }
}
