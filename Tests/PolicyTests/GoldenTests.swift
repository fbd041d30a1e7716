import Foundation
import Testing

@testable import Policy

/// Policies that are wrong, each with what is said about it, in `Wrong/`: `name.yaml` and `name.txt`.
///
/// `CHANCERY_GOLDEN=FOLDER` (the folder `Tests/PolicyTests/Wrong`) writes the texts anew, to be read before they are committed.
@Suite struct GoldenTests {
    private static let folder = Bundle.module.resourceURL.map { $0.appending(path: "Wrong") }

    static func names(in area: String) -> [String] {
        guard let folder else { return [] }
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: area).path)
        return (files ?? []).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// Compares what is said about a file with what should be, or writes it down.
    static func check(_ area: String, _ name: String, _ said: (_ bytes: [UInt8], _ file: String) -> [PolicyProblem])
        throws
    {
        let folder = try #require(folder)
        let bytes = Array(try Data(contentsOf: folder.appending(path: "\(area)/\(name).yaml")))
        let problems = said(bytes, "\(name).yaml")
        #expect(!problems.isEmpty, "\(name): nothing is said about it")
        let text = text(problems)
        if let target = ProcessInfo.processInfo.environment["CHANCERY_GOLDEN"] {
            try Data(text.utf8).write(to: URL(filePath: target).appending(path: "\(area)/\(name).txt"))
        }
        let expected = folder.appending(path: "\(area)/\(name).txt")
        #expect(text == (try? String(contentsOf: expected, encoding: .utf8)), "\(name)")
    }

    private static func text(_ problems: [PolicyProblem]) -> String {
        problems.map { "\($0.code) \($0)\n" }.joined(separator: "\n")
    }

    @Test(arguments: names(in: "text")) func `A text that is wrong is told of in full`(_ name: String) throws {
        try Self.check("text", name) { bytes, file in
            do throws(PolicyText.Failure) {
                _ = try PolicyText.parse(bytes, file: file)
                return []
            } catch {
                return error.problems
            }
        }
    }

    @Test(arguments: names(in: "account")) func `An account's file that is wrong is told of in full`(_ name: String)
        throws
    {
        try Self.check("account", name) { bytes, file in
            do throws(AccountPolicyFile.Failure) {
                return try AccountPolicyFile.read(bytes, file: file).warnings
            } catch {
                return error.problems
            }
        }
    }

    /// The folders in `Wrong/set`, each with a `chancery.yaml` and `said.txt`.
    static let sets: [String] = {
        guard let folder else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "set").path)) ?? [])
            .sorted()
    }()

    @Test(arguments: sets) func `A set that is wrong is told of in full`(_ name: String) throws {
        let folder = try #require(Self.folder).appending(path: "set/\(name)")
        let read: @Sendable (String) -> [UInt8]? = { file in
            (try? Data(contentsOf: folder.appending(path: file))).map { Array($0) }
        }
        let text: String
        let manifest = try #require(read("chancery.yaml"))
        do throws(PolicySet.Failure) {
            let sets = try PolicySet.readAll(
                manifest, file: "chancery.yaml", surroundings: .init(readFile: read))
            // What is odd beyond each file's own mistakes is looked for in sets that are called so.
            let engine: Engine = name == "lint-engines" ? .natsServer : .broker
            // What has ended has done so by a day; without one nothing has.
            let moment: Int64? = name == "lint-ended" ? 1_800_000_000 : nil
            let found = name.hasPrefix("lint-") ? sets.flatMap { $0.problems(for: engine, at: moment) } : []
            text = Self.text(sets.flatMap(\.warnings) + found)
        } catch {
            text = Self.text(error.problems)
        }
        #expect(!text.isEmpty, "\(name): nothing is said about it")
        if let target = ProcessInfo.processInfo.environment["CHANCERY_GOLDEN"] {
            try Data(text.utf8).write(to: URL(filePath: target).appending(path: "set/\(name)/said.txt"))
        }
        #expect(text == read("said.txt").map { String(decoding: $0, as: UTF8.self) }, "\(name)")
    }

    /// What the rules of `never` and the lints say has files of its own.
    @Test func `Each kind of problem has a wrong policy`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Policy")
            .standardized
        let codes = try Self.texts(below: sources, "swift").flatMap { text in
            text.matches(of: /static let \w+ = Self\("([a-z-]+)"\)/).map { String($0.1) }
        }
        let said = try Self.texts(below: try #require(Self.folder), "txt").flatMap { text in
            text.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
        }
        #expect(codes.count > 30)
        let missing = Set(codes).subtracting(said).filter { $0 != "never" && !$0.hasPrefix("lint-") }
        #expect(missing.isEmpty)
    }

    private static func texts(below folder: URL, _ ending: String) throws -> [String] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == ending }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }
}
