import AdminAPI
import Administration
import Claims
import Policy

/// The policies of an operator of a service: plans, and what brings them into force.
struct RemotePolicies {
    /// How long one question waits for the end of an operation, in seconds: so long an interrupt may go unseen.
    private static let patience = 2
    private static let operations = "/v1/operations"

    private let service: RemoteService
    private let path: String
    /// The operator that the set's first file names, where nothing else does.
    private let ofSet: String?

    /// - Parameter set: the set whose first file may name the operator.
    init(_ service: RemoteService, for set: PolicySet? = nil, _ reference: EntityReference?) throws {
        self.service = service
        path = try service.policies(of: set, reference)
        ofSet = reference == nil ? set?.manifest.operatorName?.value : nil
    }

    /// A plan that the service keeps.
    struct Plan {
        let answer: PlanAnswer
        fileprivate let id: String
        fileprivate let tag: String
    }

    /// Accounts as the files of a set, in the order in which its first file names them.
    ///
    /// - Parameter names: which ones; none for all but the system account.
    func export(_ names: [EntityReference]) throws -> [(name: String, text: String)] {
        let answer = try service.post(path + ":export", ServiceBodies.export(names))
        var texts = answer["files"]?.members ?? [:]
        let first = texts[PolicyTexts.manifest] ?? .string("")
        var files: [(name: String, text: String)] = []
        for name in [PolicyTexts.manifest] + PolicyManifest.files(in: Array((first.text ?? "").utf8)) {
            if let text = texts[name]?.text { files.append((name, text)) }
            texts[name] = nil
        }
        // Whatever the service says, no file is written outside of the folder.
        guard texts.isEmpty, files.allSatisfy({ PolicyFiles.isPlain($0.name) }) else {
            throw AdministrationError(.refused, "the service answered with files that belong to no set", remedy: nil)
        }
        return files
    }

    /// What is left of an apply or an undo that did not come to its end.
    func rest() throws -> PlanAnswer { try (service.get(path + "/rest")["plan"] ?? .null).decoded() }

    // MARK: Beginning

    func plan(_ texts: PolicyTexts, _ options: PolicyOptions) throws -> Plan {
        let body = ServiceBodies.policies(texts, deletesRoles: options.deletesRoles)
        let (answer, tag): (JSONValue, String)
        do { (answer, tag) = try service.make(path + ":plan", body) } catch let error as AdministrationError
            where error.code == .notFound
        {
            throw isOperatorThere ? error : AdministrationError.noOperator(ofSet: ofSet ?? "")
        }
        return Plan(answer: try (answer["plan"] ?? .null).decoded(), id: answer["id"]?.text ?? "", tag: tag)
    }

    /// False where the set is for an operator that the service does not have.
    private var isOperatorThere: Bool {
        guard let ofSet else { return true }
        do { _ = try service.get(ServicePath.operator(ofSet)) } catch {
            return (error as? AdministrationError)?.code != .notFound
        }
        return true
    }

    /// Begins exactly what was shown.
    ///
    /// - Parameter insisting: whether even what was revoked by hand is signed anew.
    func apply(_ plan: Plan, insisting: Bool) throws -> JSONValue {
        let body = ServiceBodies.apply(plan: plan.id, insisting: insisting)
        return try service.change(.post, path + ":apply", body, ifMatch: plan.tag)
    }

    func undo() throws -> (operation: JSONValue, plan: PlanAnswer) {
        let operation = try service.change(.post, path + ":undo")
        return (operation, try (operation["plan"] ?? .null).decoded())
    }

    /// Goes on with what stopped, or is followed again.
    ///
    /// - Returns: the operation, and what was left of it; nil where only the servers have to take the last step.
    func resume() throws -> (operation: JSONValue, rest: PlanAnswer?) {
        let owner = try service.get(String(path.dropLast("/policies".utf8.count)))["public_key"]?.text
        let latest = try service.get(Self.operations, [("limit", "100")])["items"]?.elements?
            .first { $0["operator"]?.text == owner }
        guard let latest, let id = latest["id"]?.text, let state = latest["state"]?.text,
            ["running", "stopped"].contains(state)
        else { throw Self.nothingIsUnfinished }
        let left: PlanAnswer?
        do { left = try rest() } catch let error as AdministrationError where error.code == .notFound { left = nil }
        let operation =
            state == "stopped" ? try service.change(.post, "\(Self.operations)/\(id):resume") : latest
        return (operation, left)
    }

    private static let nothingIsUnfinished = AdministrationError(
        .notFound, "no apply is unfinished", remedy: "begin one with \"chancery policy apply FOLDER\"")

    // MARK: Following

    /// Begins an operation, and waits until every server has the last step. Whoever interrupts it has it taken back, also
    /// while it begins.
    func follow(_ begin: () throws -> JSONValue) throws {
        let interrupts = Interrupts()
        defer { interrupts.end() }
        var operation = try begin()
        Progress.shared.begin(Self.words(for: operation))
        defer { Progress.shared.end() }
        var isTakenBack = false
        while operation["state"]?.text == "running" {
            if interrupts.count > 0, !isTakenBack {
                isTakenBack = true
                operation = try cancel(operation)
            } else if interrupts.count > 1 {
                throw CommandFailure(
                    message: "the service goes on with it alone",
                    remedy: "see how it does with \"chancery policy apply --resume\"")
            }
            guard let id = operation["id"]?.text else { break }
            operation = try service.get("\(Self.operations)/\(id)", [("wait", String(Self.patience))])
            Progress.shared.update(Self.words(for: operation))
        }
        guard operation["state"]?.text == "done" else { throw Self.stopped(operation) }
        if isTakenBack {
            throw CommandFailure(message: "interrupted: what was in force before is in force again", remedy: nil)
        }
        if interrupts.count > 0 { Console.say("it was done before the interrupt came") }
    }

    private func cancel(_ operation: JSONValue) throws -> JSONValue {
        guard let id = operation["id"]?.text else { return operation }
        Console.say("going back to what was in force before; interrupt again to leave that to the service")
        return try service.change(.post, "\(Self.operations)/\(id):cancel")
    }

    private static func stopped(_ operation: JSONValue) -> AdministrationError {
        let detail = operation["detail"]?.text ?? "it came to no end"
        return AdministrationError(
            .distributionFailed, "the service stopped: \(detail)",
            remedy: "go on with \"chancery policy apply --resume\" when they are back")
    }

    /// Such as `apply: widen, which 2 servers have`.
    private static func words(for operation: JSONValue) -> String {
        let kind = operation["kind"]?.text ?? "apply"
        let steps = operation["steps"]?.elements ?? []
        guard let step = steps.last(where: { $0["state"]?.text != "waiting" }), let name = step["step"]?.text else {
            return kind
        }
        let servers = step["servers"]?.elements ?? []
        let have = servers.filter { $0["state"]?.text == "in_force" }.count
        return servers.isEmpty ? "\(kind): \(name)" : "\(kind): \(name), which \(have) of \(servers.count) servers have"
    }
}

extension RemoteService {
    /// Where the service is asked about policies.
    ///
    /// - Parameters:
    ///   - set: the set whose first file may name the operator.
    ///   - reference: the operator that was named.
    func policies(of set: PolicySet? = nil, _ reference: EntityReference?) throws -> String {
        let named = reference ?? set?.manifest.operatorName.map { EntityReference($0.value) }
        return try ServicePath.operator(operatorName(named)) + "/policies"
    }
}
