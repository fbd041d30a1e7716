import Secrets

/// The file that opens the sealed keyring: one line that says what it is, one with 32 bytes in hexadecimal.
enum KeyringFile {
    private static let header = Array("chancery keyring key 1\n".utf8)
    private static let keyCount = 32

    /// Reads the key.
    ///
    /// - Throws: an error of code `keyringLocked` that says what is wrong: missing, readable by others, or no key file.
    static func read(_ path: String) throws(AdministrationError) -> Secret {
        guard PrivateFile.exists(path) else {
            throw AdministrationError(
                .keyringLocked, "the keyring's key file \(path) is missing",
                remedy: "put it back from where you keep copies of it; nothing was touched")
        }
        guard !PrivateFile.isOpenToOthers(path) else {
            throw AdministrationError(
                .keyringLocked, "the key file \(path) can be read by others than its owner",
                remedy: "run \"chmod 600 \(path)\", and think about who may have read it")
        }
        let content = try PrivateFile.read(path)
        guard let key = content.withBytes(decoded) else {
            throw AdministrationError(
                .keyringLocked, "\(path) is not a keyring's key file",
                remedy: "put the key file back that was made together with the directory; nothing was touched")
        }
        return key
    }

    /// Reads the key, or makes the file with a new one if it is missing.
    static func readOrMake(_ path: String, random: RandomSource) throws(AdministrationError) -> Secret {
        if PrivateFile.exists(path) { return try read(path) }
        return try make(path, random: random, replacing: false)
    }

    /// Where a new key file waits until the change that it belongs to is stored.
    static func nextPath(_ home: Home) -> String { home.keyFilePath + ".next" }

    /// Makes the file with a new key.
    static func make(_ path: String, random: RandomSource, replacing: Bool) throws(AdministrationError) -> Secret {
        let key = Secret.random(count: keyCount, from: random)
        let content = Secret(count: header.count + 2 * keyCount + 1) { content in
            content.copyBytes(from: header)
            key.withBytes { key in
                for (index, byte) in key.enumerated() {
                    content[header.count + 2 * index] = digit(byte >> 4)
                    content[header.count + 2 * index + 1] = digit(byte & 15)
                }
            }
            content[content.count - 1] = UInt8(ascii: "\n")
        }
        try PrivateFile.write(content, to: path, replacing: replacing)
        return key
    }

    private static func decoded(_ content: UnsafeRawBufferPointer) -> Secret? {
        var body = content[...]
        if body.last == UInt8(ascii: "\n") { body.removeLast() }
        guard body.starts(with: header) else { return nil }
        let digits = UnsafeRawBufferPointer(rebasing: body.dropFirst(header.count))
        guard digits.count == 2 * keyCount else { return nil }
        var isValid = true
        let key = Secret(count: keyCount) { key in
            for index in 0..<keyCount {
                guard let high = value(digits[2 * index]), let low = value(digits[2 * index + 1]) else {
                    isValid = false
                    return
                }
                key[index] = high << 4 | low
            }
        }
        return isValid ? key : nil
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
