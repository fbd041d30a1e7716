/// Seeds, private keys, tokens and the credentials of URLs that stand where they do not belong: in the name of a thing, in
/// place of a public key, inside another text. Whatever quotes a text to a person leaves them out.
package enum SecretText {
    /// Shorter runs of letters leave more of a seed unknown than can be guessed.
    static let shortestRun = 40
    /// The characters of a token's signature, nearly: what comes without one signs nobody in.
    private static let shortestSignature = 80

    /// The text with every secret in it replaced by a word about what was there.
    ///
    /// A run of at least 40 base32 letters, of either case, that begins with S or P counts as a seed or a private key, mistyped
    /// or cut ones included. Inside a longer run, or across line breaks (which readers of keys skip), only one with a
    /// right checksum does. So does one with other characters in it; see ``damagedKeys(in:)``. A token is three chunks of which the first begins with `ey` and the last is long enough for
    /// a signature. What stands before the `@` of a URL is left out whatever it is.
    package static func hidden(in text: String) -> String {
        guard text.utf8.count >= shortestRun || text.utf8.contains(UInt8(ascii: "@")) else { return text }
        var text = text
        let found = text.withUTF8 { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            var found = keys(in: bytes) + brokenKeys(in: bytes) + tokens(in: bytes) + logins(in: bytes)
            found += damagedKeys(in: bytes, besides: found.map(\.range))
            return found.sorted {
                $0.range.lowerBound < $1.range.lowerBound
            }
        }
        guard !found.isEmpty else { return text }
        var result = ""
        var end = 0
        for secret in found {
            if secret.range.lowerBound >= end {
                result += part(of: text, end..<secret.range.lowerBound) + "[\(secret.what), not shown]"
            }
            end = max(end, secret.range.upperBound)
        }
        return result + part(of: text, end..<text.utf8.count)
    }

    private typealias Found = (range: Range<Int>, what: String)

    /// What is left out begins and ends with ASCII, so that both ends lie between characters of UTF-8.
    private static func part(of text: String, _ range: Range<Int>) -> String {
        String(decoding: text.utf8.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
    }

    // MARK: Keys

    private static func keys(in text: UnsafeRawBufferPointer) -> [Found] {
        var found: [Found] = []
        for run in runs(in: text, acrossBreaks: false) {
            if let what = Run.what(run.letters[0]) {
                found.append((run.range(0, run.letters.count), what))
            } else {
                found += run.keys
            }
        }
        return found
    }

    /// Those with line breaks inside.
    private static func brokenKeys(in text: UnsafeRawBufferPointer) -> [Found] {
        guard text.contains(where: isBreak) else { return [] }
        return runs(in: text, acrossBreaks: true).flatMap(\.keys)
    }

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    /// The runs of base32 letters that are long enough to matter.
    private static func runs(in text: UnsafeRawBufferPointer, acrossBreaks: Bool) -> [Run] {
        var runs: [Run] = []
        var run = Run()
        func end() {
            if run.letters.count >= shortestRun { runs.append(run) }
            if !run.letters.isEmpty { run = Run() }
        }
        for (offset, byte) in text.enumerated() {
            switch byte {
            case 0x41...0x5A, 0x32...0x37: run.append(byte, at: offset)
            case 0x61...0x7A: run.append(byte - 0x20, at: offset)
            case _ where acrossBreaks && isBreak(byte): continue
            default: end()
            }
        }
        end()
        return runs
    }

    /// Letters that follow each other, in upper case, and where they stand.
    private struct Run {
        private(set) var letters: [UInt8] = []
        private var offsets: [Int] = []

        mutating func append(_ letter: UInt8, at offset: Int) {
            letters.append(letter)
            offsets.append(offset)
        }

        /// The seeds and private keys anywhere in the run.
        var keys: [Found] {
            var found: [Found] = []
            var index = 0
            while index < letters.count {
                if let what = Self.what(letters[index]), let count = lengthOfKey(at: index) {
                    found.append((range(index, count), what))
                    index += count
                } else {
                    index += 1
                }
            }
            return found
        }

        static func what(_ letter: UInt8) -> String? {
            switch letter {
            case UInt8(ascii: "S"): "a seed"
            case UInt8(ascii: "P"): "a private key"
            default: nil
            }
        }

        func range(_ start: Int, _ count: Int) -> Range<Int> {
            offsets[start]..<(offsets[start + count - 1] + 1)
        }

        /// The number of letters of the seed or private key that begins here, if its checksum is right.
        private func lengthOfKey(at start: Int) -> Int? {
            let isSeed = letters[start] == UInt8(ascii: "S")
            // What the second letter can be rules most places out at once.
            guard start + 1 < letters.count, (isSeed ? "OAUNCX" : "ABCD").utf8.contains(letters[start + 1]) else {
                return nil
            }
            let lengths = isSeed ? [KeyPair.seedTextCount] : [108, 56]
            return lengths.first { count in
                guard start + count <= letters.count else { return false }
                return letters[start..<(start + count)].withUnsafeBytes(Self.isKey)
            }
        }

        private static func isKey(_ text: UnsafeRawBufferPointer) -> Bool {
            // As many bytes as the longest of them has.
            withUnsafeTemporaryAllocation(byteCount: 67, alignment: 1) { bytes in
                guard let count = try? Base32.decode(text, into: bytes), (4...67).contains(count) else { return false }
                return (try? Checksum.check(UnsafeRawBufferPointer(rebasing: bytes[0..<count]))) != nil
            }
        }
    }

    // MARK: Tokens

    private static func tokens(in text: UnsafeRawBufferPointer) -> [Found] {
        var found: [Found] = []
        // The chunks of the run of characters that is being read.
        var chunks: [Range<Int>] = []
        var start = 0
        func end(at offset: Int) {
            if chunks.count >= 2, offset - start >= shortestSignature {
                let header = chunks[chunks.count - 2]
                if text[header].starts(with: "ey".utf8) { found.append((header.lowerBound..<offset, "a token")) }
            }
            chunks.append(start..<offset)
            start = offset + 1
        }
        for (offset, byte) in text.enumerated() {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: continue
            case 0x2E: end(at: offset)
            default:
                end(at: offset)
                chunks = []
            }
        }
        end(at: text.count)
        return found
    }

    // MARK: URLs

    /// What stands between `://` and the last `@` of a host.
    private static func logins(in text: UnsafeRawBufferPointer) -> [Found] {
        var found: [Found] = []
        var start: Int?
        var at: Int?
        func end() {
            if let start, let at, at > start { found.append((start..<at, "credentials")) }
            (start, at) = (nil, nil)
        }
        for (offset, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "/"):
                end()
                if offset >= 2, text[offset - 1] == UInt8(ascii: "/"), text[offset - 2] == UInt8(ascii: ":") {
                    start = offset + 1
                }
            case UInt8(ascii: "@"): at = offset
            case 0...0x20, UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\""): end()
            default: continue
            }
        }
        end()
        return found
    }
}
