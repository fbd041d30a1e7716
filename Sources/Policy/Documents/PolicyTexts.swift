import Claims

/// The files of a set as they were read, for whoever keeps them: what is in force is always in force for some texts.
public struct PolicyTexts: Sendable, Hashable {
    /// What a set's first file is called.
    public static let manifest = "chancery.yaml"

    /// The content of each file, by its path beside `chancery.yaml`.
    public let files: [String: [UInt8]]
    /// Nil for a set without environments.
    public let environment: String?

    public init(files: [String: [UInt8]], environment: String?) {
        self.files = files
        self.environment = environment
    }

    /// The files and the environment in one canonical form, whose SHA-256 names the set.
    public var encoded: String {
        var contents = TextDictionary<JSONValue>()
        for (name, bytes) in files { contents[name] = .string(String(decoding: bytes, as: UTF8.self)) }
        var members: TextDictionary<JSONValue> = ["files": .object(contents)]
        if let environment { members["environment"] = .string(environment) }
        return JSONValue.object(members).jsonText
    }

    /// Reads ``encoded``; nil where the text is something else.
    public init?(encoded: String) {
        guard let value = JSONValue(parsing: Array(encoded.utf8)), let contents = value["files"]?.members else {
            return nil
        }
        var files: [String: [UInt8]] = [:]
        for (name, content) in contents {
            guard let text = content.text else { return nil }
            files[name] = Array(text.utf8)
        }
        self.init(files: files, environment: value["environment"]?.text)
    }
}
