import CRawSodium
import Claims
import Glibc
import NKeys

/// Measures keys and tokens beside bare libsodium, in one run: what NATS's formats cost on top of the arithmetic.
///
/// `credentials [--quick]` prints the table and ends with 1 when an aim is missed.
@main
enum CredentialsBenchmark {
    static func main() throws {
        if CommandLine.arguments.contains("--decode") { return try printDecodingMemory() }
        let isQuick = CommandLine.arguments.contains("--quick")
        precondition(sodium_init() >= 0, "libsodium has no source of randomness")
        print("operation                              ours us    raw us   ratio    min..max     aim")
        for comparison in try comparisons() {
            let result = comparison.run(rounds: isQuick ? 5 : 25, repetitions: isQuick ? 200 : 1000)
            print(
                columns(
                    [
                        comparison.name, number(result.ours), number(result.raw), number(result.median),
                        "\(number(result.ratios.first ?? 0))..\(number(result.ratios.last ?? 0))",
                        "<= \(comparison.aim)",
                    ]))
        }
        try printMemory()
    }

    /// A user as most are: four permissions, an expiry, a tag.
    private static func user(_ key: String, account: String) -> UserClaims {
        var claims = UserClaims(subject: key, name: "press-07")
        claims.limits.permissions.publish.allow = ["plant.berlin.telemetry.press-07.>", "orders.place.*"]
        claims.limits.permissions.subscribe.allow = ["plant.berlin.cmd.press-07", "_INBOX.press-07.>"]
        claims.expires = 1_900_000_000
        claims.tags = ["plant:berlin"]
        return claims
    }

    private static func comparisons() throws -> [Comparison] {
        let account = KeyPair.generate(.account)
        let claims = user(KeyPair.generate(.user).publicKey.text, account: account.publicKey.text)
        let token = try claims.encode(signedBy: account, at: 1_800_000_000)
        // The raw operations work on what the token signs: header and payload.
        let message = Array(token.utf8.prefix(upTo: token.utf8.lastIndex(of: 0x2E) ?? token.utf8.endIndex))
        let raw = RawKey()
        let signature = raw.sign(message)

        return [
            Comparison(
                name: "user JWT: encode and sign", unit: "token", aim: 1.6,
                ours: { _ = try? claims.encode(signedBy: account, at: 1_800_000_000) }, raw: { _ = raw.sign(message) }),
            Comparison(
                name: "user JWT: decode and verify", unit: "token", aim: 1.25,
                ours: { _ = try? UserClaims.decode(token) }, raw: { _ = raw.verify(signature, message) }),
            Comparison(
                name: "key pair: create", unit: "pair", aim: 1.6,
                ours: { _ = KeyPair.generate(.user) }, raw: { _ = RawKey() }),
        ]
    }

    private static func printMemory() throws {
        let before = Memory.resident
        let pairs = (0..<100_000).map { _ in KeyPair.generate(.user) }
        let each = (Memory.resident - before) / pairs.count
        let last = try pairs[pairs.count - 1].sign([1, 2, 3])
        print("\n100,000 key pairs held at once: \(each) bytes each, and the last one signs \(last.count) bytes")

        try decodeInANewProcess(largeToken())
    }

    /// In a process of its own, whose memory has not been used for anything else.
    private static func decodeInANewProcess(_ token: String) throws {
        fflush(nil)
        guard let pipe = popen("/proc/\(getpid())/exe --decode", "w") else { return }
        fputs(token, pipe)
        pclose(pipe)
    }

    /// Decodes the account token on the standard input and says what that takes at its peak.
    private static func printDecodingMemory() throws {
        var token = ""
        while let line = readLine() { token += line }
        token.makeContiguousUTF8()
        _ = try AccountClaims.decode(smallToken())
        Memory.forgetPeak()
        let start = Memory.resident
        let exports = try AccountClaims.decode(token).exports.count
        let peak = Memory.peak - start
        print(
            "account token of \(token.utf8.count) bytes (\(exports) exports): decoding takes "
                + "\(number(Double(peak) / 1_048_576)) MiB at its peak, aim <= 8")
    }

    private static func smallToken() throws -> String {
        let account = KeyPair.generate(.account)
        return try AccountClaims(subject: account.publicKey.text).encode(signedBy: account, at: 1)
    }

    /// As close to the limit of 1 MiB as exports get it.
    private static func largeToken() throws -> String {
        let account = KeyPair.generate(.account)
        var claims = AccountClaims(subject: account.publicKey.text, name: "LARGE")
        claims.exports = (0..<13_000).map { Export(subject: "plant.\($0).telemetry.>", type: .stream) }
        while true {
            let token = try claims.encode(signedBy: account, at: 1)
            if token.utf8.count <= 1 << 20 { return token }
            claims.exports.removeLast(100)
        }
    }

    private static func columns(_ cells: [String]) -> String {
        let widths = [34, 10, 10, 8, 14, 8]
        return zip(cells, widths).enumerated().map { index, cell in
            let blanks = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return index == 0 ? cell.0 + blanks : blanks + cell.0
        }.joined()
    }

    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}

/// A libsodium key with nothing around it.
struct RawKey {
    private var publicKey = [UInt8](repeating: 0, count: 32)
    private var privateKey = [UInt8](repeating: 0, count: 64)

    init() {
        var seed = [UInt8](repeating: 0, count: 32)
        randombytes_buf(&seed, seed.count)
        crypto_sign_seed_keypair(&publicKey, &privateKey, seed)
    }

    func sign(_ message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: 64)
        crypto_sign_detached(&signature, nil, message, UInt64(message.count), privateKey)
        return signature
    }

    func verify(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }
}
