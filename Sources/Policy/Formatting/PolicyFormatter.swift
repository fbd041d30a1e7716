/// Lays policy files out in one way: keys in the order of the language, lists in brackets where they fit, a blank line between
/// the parts of an account. Comments stay with what they are about, quotes stay as they are, and a file never means anything
/// else than before.
public enum PolicyFormatter {
    /// Why a file is left alone.
    public struct Failure: Error, Sendable {
        /// At least one error, in the order of the file.
        public let problems: [PolicyProblem]
    }

    /// - Parameters:
    ///   - bytes: `chancery.yaml`, an account's file or an environment's.
    ///   - file: its path, for messages.
    /// - Returns: the file laid out; laid out again, it stays the same.
    /// - Throws: ``Failure`` for a file with errors in it.
    public static func format(_ bytes: [UInt8], file: String) throws(Failure) -> [UInt8] {
        let document = try parse(bytes, file)
        guard let root = document.root else { return bytes }
        let kind = Kind(of: root)
        try check(document, root, kind)
        let comments = LayoutComments(document.source, root)
        let entry = LayoutEntry(key: nil, value: root, comments)
        CommentAttachment(entry, comments).attach()
        let header = header(of: entry)
        var writer = LayoutWriter()
        writer.write(entry, kind.form, separatesSections: kind == .account)
        let text = (header + writer.lines).map { $0 + "\n" }.joined()
        let result = Array(text.utf8)
        // What has been written is read again: nobody's permissions hang on the writer.
        guard let again = try parse(result, file).root, again.means(root) else {
            throw Failure(problems: [
                PolicyProblem(
                    .syntax, at: root.position, in: document.source, "this file cannot be laid out without a change")
            ])
        }
        return result
    }

    /// What a file's first comment says is about the file.
    private static func header(of root: LayoutEntry) -> [String] {
        guard let first = root.children.first else { return [] }
        var header = first.leading
        first.leading = []
        while header.first == "" { header.removeFirst() }
        return header
    }

    private static func parse(_ bytes: [UInt8], _ file: String) throws(Failure) -> PolicyText.Document {
        do throws(PolicyText.Failure) { return try PolicyText.parse(bytes, file: file) } catch {
            throw Failure(problems: error.problems)
        }
    }

    // MARK: Kinds of files

    enum Kind: String {
        case set, environment, account

        init(of root: PolicyNode) {
            let names = if case .mapping(let members) = root.content { members.map(\.name) } else { [String]() }
            if names.contains("account") {
                self = .account
            } else if names.allSatisfy({ $0 == "chancery" || $0 == "values" }), names.contains("values") {
                self = .environment
            } else if names.contains(where: { $0 == "accounts" || $0 == "operator" }) {
                self = .set
            } else {
                self = .account
            }
        }

        var form: LanguageForm { .table(rawValue, .block) }
    }

    private static func check(_ document: PolicyText.Document, _ root: PolicyNode, _ kind: Kind) throws(Failure) {
        var reader = PolicyReader(document.source, values: examples(in: root))
        switch kind {
        case .set: _ = reader.manifest(root)
        case .environment: _ = reader.environment(root)
        case .account: _ = reader.account(root)
        }
        // Shares that values fill in are known in an environment only.
        guard reader.problems.contains(where: { $0.severity == .error && $0.code != .wrongShares }) else { return }
        throw Failure(problems: reader.problems.sorted { $0.position < $1.position })
    }

    /// Something for each value that the file asks of an environment: which one it is makes no difference here.
    private static func examples(in root: PolicyNode) -> [String: String] {
        guard case .mapping(let members) = root.content,
            case .mapping(let values)? = members.first(where: { $0.name == "values" })?.value.content
        else { return [:] }
        var examples: [String: String] = [:]
        for value in values {
            guard case .mapping(let keys) = value.value.content,
                let type = keys.first(where: { $0.name == "type" })?.value.textOrEmpty
            else { continue }
            examples[value.name] = PolicyValue.Kind(rawValue: type)?.example
        }
        return examples
    }
}

extension PolicyNode {
    /// Whether both say the same, but for the order of keys.
    fileprivate func means(_ other: PolicyNode) -> Bool {
        switch (content, other.content) {
        case (.nothing, .nothing): return true
        case (.text(let one, let isQuoted), .text(let another, let otherIsQuoted)):
            return one == another && isQuoted == otherIsQuoted
        case (.list(let elements), .list(let others)):
            return elements.count == others.count && zip(elements, others).allSatisfy { $0.means($1) }
        case (.mapping(let members), .mapping(let others)):
            let byName = Dictionary(others.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
            return members.count == others.count && byName.count == members.count
                && members.allSatisfy { member in
                    byName[member.name].map { $0.key.means(member.key) && $0.value.means(member.value) } ?? false
                }
        default: return false
        }
    }
}
