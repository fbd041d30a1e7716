import Foundation

/// Inputs that are nearly right: the first inputs of a fuzz target, changed at random.
///
/// `make fuzz` looks far deeper; this is the part of it that every run of the tests can afford.
public struct MutatedInputs {
    private let originals: [[UInt8]]
    private let words: [[UInt8]]
    private let maximumCount = 4096
    private var random: SeededGenerator

    /// - Parameter target: a folder in `Tests/Fuzz/corpus`, with the target's words in a file beside it.
    init(target: String, random: SeededGenerator) throws {
        let fuzz = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fuzz")
        let files = try FileManager.default.contentsOfDirectory(
            at: fuzz.appending(path: "corpus/\(target)"), includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
        // Sorted, so that a seed gives the same inputs everywhere.
        originals = try files.sorted { $0.path < $1.path }.map { Array(try Data(contentsOf: $0)) }
        words = try String(contentsOf: fuzz.appending(path: "\(target).dict"), encoding: .utf8)
            .split(separator: "\n").map(Self.word)
        self.random = random
    }

    /// Feeds the originals and then `count` changed inputs to a parser, and prints the seed that leads to them.
    ///
    /// - Parameter fault: what is wrong with how an input was taken; nil if nothing is.
    /// - Returns: the first fault, with the input in base64; nil if there was none.
    public static func firstFault(
        of target: String, count: Int = 50_000, _ fault: ([UInt8]) -> String?
    ) throws -> String? {
        var inputs = try MutatedInputs(target: target, random: .announced("fuzz target \(target)"))
        for number in 0..<(inputs.originals.count + count) {
            let input = number < inputs.originals.count ? inputs.originals[number] : inputs.next()
            if let fault = fault(input) { return "\(fault), input \(Data(input).base64EncodedString())" }
        }
        return nil
    }

    private mutating func next() -> [UInt8] {
        var input = originals.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...5, using: &random) { change(&input) }
        return Array(input.prefix(maximumCount))
    }

    private mutating func change(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &random)
        let length = Int.random(in: 1...16, using: &random)
        let end = min(input.count, place + length)
        switch Int.random(in: 0..<7, using: &random) {
        case 0 where place < input.count: input[place] = UInt8.random(in: 0...255, using: &random)
        case 1 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: input.removeSubrange(place..<end)
        case 3: input.insert(contentsOf: input[place..<end], at: place)
        case 4: input.insert(contentsOf: words.randomElement(using: &random) ?? [], at: place)
        case 5: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default:
            // The beginning of one and the end of another.
            let other = originals.randomElement(using: &random) ?? []
            input = input[..<place] + other.suffix(Int.random(in: 0...other.count, using: &random))
        }
    }

    /// The bytes of a line of a dictionary: quoted, with `\\`, `\"` and `\xHH` escaped.
    private static func word(_ line: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = line.utf8.dropFirst().dropLast()
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
                bytes.append(byte)
                continue
            }
            guard escaped == UInt8(ascii: "x") else {
                bytes.append(escaped)
                continue
            }
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
