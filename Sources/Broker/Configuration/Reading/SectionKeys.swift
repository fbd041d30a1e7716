/// The keys that one kind of section has.
struct SectionKeys: Sendable {
    /// What the section is called in messages; nil for the whole file.
    let section: String?
    /// The first spelling of a key, by each of its spellings in small letters.
    private let names: [String: String]
    /// What a key stands for that this broker does not offer, by the key.
    private let features: [String: String]

    /// - Parameters:
    ///   - keys: each with its other spellings behind a `|`.
    ///   - features: what is not offered, with its keys.
    init(_ section: String?, _ keys: [String], features: [String: [String]] = [:]) {
        self.section = section
        var names: [String: String] = [:]
        for key in keys {
            let spellings = key.split(separator: "|").map(String.init)
            for spelling in spellings { names[spelling] = spellings[0] }
        }
        self.names = names
        var known: [String: String] = [:]
        for (feature, keys) in features {
            for key in keys { known[key] = feature }
        }
        self.features = known
    }

    /// The first spelling of a key, which may be written in any case; nil for a key that is not one of these.
    func name(of key: String) -> String? { names[key.lowercased()] }

    /// What a key stands for that is not offered.
    func feature(of key: String) -> String? { features[key.lowercased()] }

    /// The key that was probably meant.
    func suggestion(for key: String) -> String? {
        let known = Set(names.keys).union(features.keys)
        return Suggestion.closest(to: key.lowercased(), among: section == nil ? known.union(["include"]) : known)
    }
}
