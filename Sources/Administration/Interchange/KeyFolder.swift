public import NKeys

/// The seeds in a folder's `.nk` files, as NATS tools keep them: a file for each, in plain text.
public struct KeyFolder: Sendable {
    /// The key pairs, each once.
    public let pairs: [KeyPair]
    /// Files that hold no seed.
    public let problems: [InterchangeProblem]

    /// Reads a folder.
    ///
    /// - Throws: ``AdministrationError`` of code `notFound` if there is no such folder.
    public static func read(_ path: String, recursively: Bool) throws(AdministrationError) -> KeyFolder {
        guard Folder.isFolder(path) else {
            throw AdministrationError(.notFound, "there is no folder \(path)", remedy: "give the path of a folder")
        }
        return KeyFolder(files: Folder.files(below: path, endingWith: ".nk", recursively: recursively))
    }

    init(files: [String]) {
        var pairs: [PublicKey: KeyPair] = [:]
        var problems: [InterchangeProblem] = []
        for file in files {
            do throws(AdministrationError) {
                for pair in try Self.pairs(in: file, &problems) { pairs[pair.publicKey] = pair }
            } catch {
                problems.append(InterchangeProblem(path: file, message: error.message))
            }
        }
        self.pairs = pairs.values.sorted { $0.publicKey < $1.publicKey }
        self.problems = problems
    }

    /// Every seed of a file; a damaged one beside others is a problem by itself.
    private static func pairs(
        in file: String, _ problems: inout [InterchangeProblem]
    ) throws(AdministrationError) -> [KeyPair] {
        let content = try PrivateFile.read(file)
        let (pairs, faults) = KeyFile.pairs(in: content)
        for fault in faults {
            problems.append(InterchangeProblem(path: file, message: "holds a damaged seed: \(fault.message)"))
        }
        guard pairs.isEmpty, faults.isEmpty else { return pairs }
        let key: NKey
        do {
            key = try KeyFile.parse(content)
        } catch {
            throw AdministrationError(.invalidValue, "holds no key: \(error.message)")
        }
        guard case .pair(let pair) = key else {
            throw AdministrationError(.invalidValue, "holds a public key only")
        }
        return [pair]
    }
}
