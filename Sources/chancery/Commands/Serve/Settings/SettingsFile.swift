import Administration
import Secrets
import Yams

/// A configuration file of the service, in YAML: its values by the names of keys, and everything that is wrong with it.
struct SettingsFile {
    /// The most bytes of a file.
    private static let longest = 1 << 16

    private let path: String
    private(set) var values: [String: String] = [:]
    /// Where each value stands, as `FILE:LINE:COLUMN`.
    private(set) var places: [String: String] = [:]
    private(set) var faults: [String] = []

    /// - Throws: ``AdministrationError`` if the file cannot be read. What is wrong with its content is in ``faults``.
    init(reading path: String) throws {
        let content = try PrivateFile.read(path, atMost: Self.longest)
        if let text = content.withBytes({ String(validating: $0, as: UTF8.self) }) {
            self.init(path, text)
        } else {
            self.init(path, "")
            faults = ["\(path): is not UTF-8"]
        }
    }

    init(_ path: String, _ text: String) {
        self.path = path
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard case .mapping(let mapping) = root else {
                if case .scalar(let scalar) = root, scalar.string.isEmpty { return }
                faults.append("\(place(root)): must be a list of settings, such as \"listen: 127.0.0.1:8420\"")
                return
            }
            read(mapping, below: "")
        } catch let error as YamlError {
            faults.append("\(path): \(Self.words(error))")
        } catch {
            faults.append("\(path): is not YAML")
        }
    }

    private mutating func read(_ mapping: Node.Mapping, below prefix: String) {
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                faults.append("\(place(key)): is no name of a setting")
                continue
            }
            let name = prefix + scalar.string
            let isGroup = prefix.isEmpty && ServeSettings.keys.contains { $0.name.hasPrefix(name + ".") }
            if isGroup, case .mapping(let inner) = value {
                read(inner, below: name + ".")
            } else if isGroup {
                faults.append("\(place(value)): \(name) must have settings below it")
            } else if !ServeSettings.keys.contains(where: { $0.name == name }) || scalar.string.contains(".") {
                let near = ServeSettings.keys.map(\.name).filter { $0.hasPrefix(prefix) }.joined(separator: ", ")
                faults.append("\(place(key)): there is no setting \"\(name)\"; there are \(near)")
            } else if case .scalar(let text) = value, !text.string.isEmpty {
                (values[name], places[name]) = (text.string, place(value))
            } else {
                faults.append("\(place(value)): \(name) must have one value")
            }
        }
    }

    private func place(_ node: Node) -> String {
        node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
    }

    private static func words(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line), column \(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            "line \(context.mark.line), column \(context.mark.column): "
                + "a setting is given twice: \(duplicates.joined(separator: ", "))"
        default: "is not YAML"
        }
    }
}
