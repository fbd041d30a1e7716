import Administration
import Claims
import Policy

/// The files of a set of policies as a request brings them: texts by their paths. Nothing is read from any disk.
struct SentPolicies: Sendable {
    /// The most bytes of a body with files.
    static let largestBody = 8 << 20
    /// The most files of a set.
    static let mostFiles = 1_000

    static let members: [Schema.Member] = [
        .required("files", files), .optional("environment", environment),
    ]
    /// Where the question may be about what is in force.
    static let optionalMembers: [Schema.Member] = [
        .optional("files", files), .optional("environment", environment),
    ]
    static let schema = Schema.object("A set of policies.", members)

    /// A small set that is in order.
    static let example: JSONValue = .members([
        "files": .members([
            "chancery.yaml": .string("chancery: v1\naccounts:\n  SHOP: shop.yaml\n"),
            "shop.yaml": .string(
                "chancery: v1\naccount: SHOP\nroles:\n  clerk: { publish: [\"orders.>\"], subscribe: [\"orders.>\"] }\n"
            ),
        ])
    ])

    private static let files = Schema.map(
        of: .text("", most: largestBody), "The text of each file by its path; chancery.yaml is the first one.")
    private static let environment = Schema.text("Only this environment of the set.", most: 256)

    /// Where it stands in the body, as a JSON pointer.
    let pointer: String
    private let files: [String: [UInt8]]
    let environment: String?

    /// - Returns: nil without files.
    init?(_ body: JSONValue, at pointer: String = "") throws(Problem) {
        self.pointer = pointer
        environment = body["environment"]?.text
        guard let members = body["files"]?.members else {
            guard environment == nil else {
                throw Problem.invalid(pointer + "/environment", "is for files: what is in force is that of one")
            }
            return nil
        }
        var files: [String: [UInt8]] = [:]
        for (path, text) in members { files[path] = Array((text.text ?? "").utf8) }
        guard files.count <= Self.mostFiles, files.keys.allSatisfy({ (1...1_024).contains($0.utf8.count) }) else {
            throw Problem.invalid(
                pointer + "/files", "must be at most \(Self.mostFiles) files, with paths of at most 1024 bytes")
        }
        self.files = files
    }

    /// Reads the set for each environment that is meant.
    ///
    /// - Throws: `PolicySet.Failure`, `Problem`, and `AdministrationError` where there is no such environment.
    func read() throws -> [PolicySet] {
        guard let first = files[PolicyTexts.manifest] else {
            throw Problem.invalid(pointer + "/files", "must have chancery.yaml")
        }
        let files = files
        let surroundings = PolicySet.Surroundings(
            readFile: { files[$0] }, isKnownTimeZone: SystemTimeZones.isKnown)
        let sets = try PolicySet.readAll(
            first, file: PolicyTexts.manifest, only: environment, surroundings: surroundings)
        return try PolicyChoice.environments(sets, environment)
    }

    /// Reads the one set that is meant.
    ///
    /// - Throws: `Problem` with what is wrong with the files.
    func readOne() throws -> PolicySet {
        let sets: [PolicySet]
        do { sets = try read() } catch let failure as PolicySet.Failure {
            throw Problem(failure.problems, at: pointer)
        }
        guard sets.count == 1, let set = sets.first else {
            let names = sets.compactMap(\.environment).joined(separator: ", ")
            throw Problem.invalid(pointer + "/environment", "must be one of \(names)")
        }
        return set
    }
}

extension Problem {
    /// What is wrong with files, each with its file, line and column.
    init(_ problems: [PolicyProblem], at pointer: String) {
        let errors = problems.filter { $0.severity == .error }.prefix(Schema.mostFaults)
        self.init(
            .invalidValue, "the policies are not in order: ask :check for all that is wrong",
            faults: errors.map { problem in
                let file = problem.position.file.replacing("~", with: "~0").replacing("/", with: "~1")
                let remedy = problem.remedy.isEmpty ? "" : "; \(problem.remedy)"
                return Fault(
                    pointer: "\(pointer)/files/\(file)", code: problem.code.description,
                    detail: "\(problem.position): \(problem.message)\(remedy)")
            })
    }
}
