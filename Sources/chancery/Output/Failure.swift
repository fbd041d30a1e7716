import Administration
import ArgumentParser
import Claims
import Glibc
import Messaging
import NKeys

/// What a command itself has to say about its failure.
struct CommandFailure: Error {
    var message: String
    var remedy: String?
}

/// How the program ends when something is wrong: what, and what to do about it, on the standard error.
struct Failure {
    private static let refused: Int32 = 1
    private static let wrongUsage: Int32 = 2

    private let path: CommandPath

    /// The end of a command.
    init(of path: CommandPath) {
        self.path = path
    }

    /// Says what is wrong, or shows the help that was asked for, and ends the process.
    func end(with error: any Error) -> Never {
        Progress.shared.end()
        let code = report(error)
        exit(Self.reportLostData() ? Self.refused : code)
    }

    /// Ends the process after a command that succeeded, unless its answer was lost.
    static func endIfDataWasLost() {
        if reportLostData() { exit(refused) }
    }

    private static func reportLostData() -> Bool {
        guard let lost = Console.lostData else { return false }
        Console.complain(lost.message, remedy: lost.remedy)
        return true
    }

    private func report(_ error: any Error) -> Int32 {
        switch error {
        case let error as AdministrationError:
            Console.complain(error.message, remedy: error.remedy)
        case let error as ClientError:
            Console.complain(error.message, remedy: error.remedy)
        case let error as ClaimsError:
            Console.complain(error.description, remedy: error.remedy)
        case let error as NKeyError:
            Console.complain(error.message, remedy: error.remedy)
        case let error as CommandFailure:
            Console.complain(error.message, remedy: error.remedy)
        case let error as ExitCode:
            return error.rawValue
        case let error as ValidationError:
            // A command found it while it ran, so the parser does not know which command that was.
            Console.complain(error.message, remedy: path.hint)
            return Self.wrongUsage
        default:
            return reportParsing(error)
        }
        return Self.refused
    }

    /// What the parser throws: a request for help, or wrong usage.
    private func reportParsing(_ error: any Error) -> Int32 {
        let code = Chancery.exitCode(for: error)
        var text = Chancery.fullMessage(for: error)
        if code == .success {
            guard text.hasPrefix("OVERVIEW") || text.hasPrefix("USAGE") else {
                Console.data(text)
                return 0
            }
            Console.data(text + (text.hasSuffix("\n") ? "\n" : "\n\n") + path.example)
            return 0
        }
        if let unknown = path.unknown {
            let complaint = path.complaint(about: unknown)
            Console.complain(complaint.message, remedy: complaint.remedy)
            return Self.wrongUsage
        }
        if text.hasPrefix("Error: ") { text = String(text.dropFirst("Error: ".count)) }
        Console.complain(text, remedy: nil)
        return code == .validationFailure ? Self.wrongUsage : Self.refused
    }
}
