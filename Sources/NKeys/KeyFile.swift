public import Secrets

/// Files that hold one key on a line of its own, among comments.
///
/// ```swift
/// guard case .pair(let pair) = try KeyFile.parse(contents) else { … }  // a file with a seed
/// ```
public enum KeyFile {
    /// Reads the first line that is a key: base32 with a right checksum. Blanks around it are not allowed, since they
    /// are no base32; a CR at its end is.
    /// - Throws: ``NKeyError``: no such line, or a key that is neither a seed nor a public key.
    public static func parse(_ contents: UnsafeRawBufferPointer) throws(NKeyError) -> NKey {
        for range in Lines.ranges(in: contents) {
            let line = UnsafeRawBufferPointer(rebasing: contents[range])
            guard (try? KeyText.firstByte(of: line)) != nil else { continue }
            return try NKey(text: line)
        }
        throw NKeyError(
            .noSeedFound, "Could not find a valid key", remedy: "the file needs a line with nothing but a key on it")
    }

    /// The pairs of all seeds in a file, and what is wrong with the lines that look like seeds and are none.
    public static func pairs(in contents: Secret) -> (pairs: [KeyPair], faults: [NKeyError]) {
        contents.withBytes { bytes in
            var pairs: [KeyPair] = []
            var faults: [NKeyError] = []
            for range in Lines.ranges(in: bytes) {
                let line = bytes[range].trimmingWhiteSpace()
                guard line.count >= SecretText.shortestRun, line.first.map({ $0 & 0xDF }) == UInt8(ascii: "S"),
                    line.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
                else { continue }
                do throws(NKeyError) {
                    pairs.append(try KeyPair.read(seed: UnsafeRawBufferPointer(rebasing: line)))
                } catch {
                    faults.append(error)
                }
            }
            return (pairs, faults)
        }
    }

    /// Reads a key file from guarded memory; see ``parse(_:)-(UnsafeRawBufferPointer)``.
    public static func parse(_ contents: Secret) throws(NKeyError) -> NKey {
        try contents.withBytes { (bytes) throws(NKeyError) in try parse(bytes) }
    }
}
