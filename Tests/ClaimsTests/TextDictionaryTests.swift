import NKeys
import Testing

@testable import Claims

@Suite("Dictionaries by bytes")
struct TextDictionaryTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    @Test("two ways to write an accent are two keys")
    func twoKeys() {
        #expect(Self.composed == Self.decomposed)
        var dictionary: TextDictionary<Int> = [Self.composed: 1, Self.decomposed: 2]
        #expect(dictionary.count == 2)
        #expect(dictionary[Self.composed] == 1 && dictionary[Self.decomposed] == 2)
        dictionary[Self.composed, default: 0] += 4
        dictionary[Self.decomposed] = nil
        #expect(dictionary == [Self.composed: 5])
        #expect(dictionary.removeValue(forKey: Self.decomposed) == nil)
        #expect(dictionary.removeValue(forKey: Self.composed) == 5 && dictionary.isEmpty)
    }

    @Test("entries come in the byte order of their keys, the last of two counting")
    func order() {
        let dictionary: TextDictionary<Int> = ["b": 1, "\u{E9}": 2, "a": 3, "Z": 4, "b": 5]
        #expect(dictionary.map(\.key) == ["Z", "a", "b", "\u{E9}"])
        #expect(dictionary.map(\.value) == [4, 3, 5, 2])
        #expect(dictionary.keys == dictionary.map(\.key))
        #expect(TextDictionary(["b": 1, "a": 2]).keys == ["a", "b"])
    }

    /// Everything in claims that is looked up by a text.
    @Test("a token with both ways to write its names comes back byte for byte")
    func token() throws {
        var account = AccountClaims(subject: KeyPair.generate(.account).publicKey.text)
        for (number, name) in [Self.composed, Self.decomposed].enumerated() {
            account.mappings[name] = [WeightedMapping(subject: "to\(number)")]
            account.revocations.revoke(name, at: Int64(number + 1))
            account.limits.tieredJetStream[name] = .unlimited
            account.setSigningKey(.key(name))
            account.exports.append(Export(subject: name, type: .service))
            account.imports.append(Import(subject: name, account: "A", type: .service))
        }
        let pair = KeyPair.generate(.operator)
        let text = try account.encode(signedBy: pair, at: 1)
        let read = try AccountClaims.decode(text)
        #expect(try read.encode(signedBy: pair, at: 1) == text)
        #expect(read.mappings.count == 2 && read.revocations.entries.count == 2 && read.signingKeys.count == 2)
        #expect(read.limits.tieredJetStream.count == 2)
        // They do not overlap either.
        #expect(!read.validate(at: 1).contains { $0.description.contains("overlapping") })
        #expect(!read.validate(at: 1).contains { $0.description.contains("already exports") })

        let generic = GenericClaims(subject: "s", data: [Self.composed: .null, Self.decomposed: .bool(true)])
        let other = try generic.encode(signedBy: pair, at: 1)
        #expect(try GenericClaims.decode(other).encode(signedBy: pair, at: 1) == other)
        #expect(try GenericClaims.decode(other).data.count == 3)
    }

    @Test("tags and networks are told apart by their bytes too")
    func lists() {
        var tags: [String] = []
        TagList.add([Self.composed, Self.decomposed, Self.composed], to: &tags)
        #expect(tags.count == 2)
        #expect(TagList.contains(Self.decomposed, in: tags) && !TagList.contains("cafe", in: tags))
        TagList.remove([Self.composed], from: &tags)
        #expect(tags.count == 1 && tags.first?.utf8.elementsEqual(Self.decomposed.utf8) == true)
        #expect(NetworkList.parse("\(Self.composed), \(Self.decomposed)").count == 2)
    }
}
