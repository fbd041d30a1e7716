import Administration
import ArgumentParser
import NKeys
import Secrets

/// `chancery generate nkey`
struct GenerateKeyCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "nkey", abstract: "Generate a key pair: print its seed and public key, or keep it.")
    static let example = "chancery generate nkey --user --store"

    @Flag(name: .shortAndLong, help: "For an operator.")
    var `operator` = false
    @Flag(name: .shortAndLong, help: "For an account.")
    var account = false
    @Flag(name: .shortAndLong, help: "For a user.")
    var user = false
    @Flag(name: [.customShort("x"), .long], help: "For sealing messages.")
    var curve = false
    @Flag(name: [.customShort("S"), .long], help: "Keep the seed in the keyring instead of printing it.")
    var store = false
    @OptionGroup(title: "Global options") var global: GlobalOptions

    private struct Stored: Encodable {
        var public_key: String
    }

    func run() throws {
        let chosen: [(Bool, KeyKind)] = [(`operator`, .operator), (account, .account), (user, .user), (curve, .curve)]
        let kinds = chosen.filter(\.0).map(\.1)
        guard !kinds.isEmpty else { throw ValidationError("Say one of --operator, --account, --user and --curve.") }
        for kind in kinds {
            let pair = KeyPair.generate(kind)
            if store { try keep(pair) } else { show(pair) }
        }
    }

    private func keep(_ pair: KeyPair) throws {
        _ = try global.open(creating: true).change("generate nkey") { try $0.storeKey(pair) }
        if global.json { return try JSONOutput.line(Stored(public_key: pair.publicKey.text)) }
        Console.data(pair.publicKey.text)
    }

    /// The seed goes out as bytes, never as a text.
    private func show(_ pair: KeyPair) {
        let key = pair.publicKey.text
        if global.json {
            Console.line("{\"public_key\":\"\(key)\",\"seed\":\"", pair.seed, "\"}")
        } else {
            Console.line("", pair.seed, "\n\(key)")
        }
    }
}
