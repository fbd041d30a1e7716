import Administration
import ArgumentParser
import Audit
import Claims
import NKeys

/// The logs that a command looks at: that of the directory, and those of brokers.
struct AuditLogOptions: ParsableArguments {
    @Option(
        name: .customLong("audit"),
        folder: "The folder with the logs of brokers; by default the folder audit beside the directory.")
    var folder: String?
    @Option(name: .customLong("log"), text: "Only this log: admin, or a broker's such as broker-n1.", as: "name")
    var log: String?

    /// What there is to look at.
    func open(_ options: DirectoryOptions) throws -> AuditLogs {
        let folder = try folder ?? options.home.logsPath
        var names = LogFolder.logs(in: folder)
        guard self.folder == nil || !names.isEmpty else {
            throw CommandFailure(
                message: "there is no log in \(folder)",
                remedy: "name the folder that \"chancery broker --audit\" writes to")
        }
        if let log, log != AuditLogs.admin {
            guard names.contains(log) else {
                throw CommandFailure(
                    message: "there is no log \"\(log)\" in \(folder)",
                    remedy: names.isEmpty ? nil : "there are: \(names.joined(separator: ", "))")
            }
            names = [log]
        } else if log != nil {
            names = []
        }
        let directory = try directory(options, isOptional: !names.isEmpty)
        return AuditLogs(
            directory: directory, isAdminWanted: log == nil || log == AuditLogs.admin, folder: folder, brokers: names)
    }

    /// The names of a service's logs that are to be looked at.
    func names(of service: RemoteService) throws -> [String] {
        guard folder == nil else {
            throw ValidationError("--audit names a folder of this machine, and a service has its own logs.")
        }
        let names = try service.get("/v1/audit")["items"]?.elements?.compactMap { $0["name"]?.text } ?? []
        guard let log else { return names }
        guard names.contains(log) else {
            throw CommandFailure(
                message: "there is no log \"\(log)\" at the service at \(service.address.url)",
                remedy: "there are: \(names.joined(separator: ", "))")
        }
        return [log]
    }

    /// The logs of brokers can be read where there is no directory.
    private func directory(_ options: DirectoryOptions, isOptional: Bool) throws -> Directory? {
        do { return try options.open() } catch let error as AdministrationError {
            guard isOptional, error.code == .notFound else { throw error }
            return nil
        }
    }
}

/// Logs that were found.
struct AuditLogs {
    /// The name of the directory's log.
    static let admin = "admin"

    /// Nil where there is none.
    let directory: Directory?
    /// Whether the directory's own log is asked for.
    let isAdminWanted: Bool
    let folder: String
    /// The names of the brokers' logs.
    let brokers: [String]

    func storage(of log: String) -> FolderStorage { FolderStorage(reading: "\(folder)/\(log)") }

    func reader(of log: String) throws -> LogReader<FolderStorage> {
        do { return try LogReader(storage(of: log)) } catch let error as AuditError {
            throw CommandFailure(message: "\(log): \(error.message)", remedy: nil)
        }
    }

    /// What accounts are called, by their keys.
    func accountNames() -> [String: String] {
        let names = try? directory?.read { reader in
            try reader.operators().flatMap { try reader.accounts(of: $0) }.map { ($0.publicKey.text, $0.name) }
        }
        return Dictionary(names ?? [], uniquingKeysWith: { first, _ in first })
    }
}
