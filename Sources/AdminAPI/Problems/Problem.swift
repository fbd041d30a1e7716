import Administration
import Claims
import HTTPTypes

/// What is answered where a request does not succeed: a problem document of RFC 9457. It never repeats a secret.
struct Problem: Error, Sendable {
    let type: ProblemType
    /// What is wrong with this request, in one sentence without a full stop.
    let detail: String
    /// What is wrong where.
    var faults: [Fault] = []
    /// What to do next, where something sensible can be said.
    var remedy: String?
    /// The directory's own name for what is wrong.
    var cause: String?
    /// The record of the refusal, where there is one.
    var auditID: String?
    /// Why somebody was refused, for the record; nil where nothing is recorded.
    var refusal: String?
    /// Whose token it was, where it counts no more.
    var holder: AccessToken?
    /// The current entity tag, for a failed precondition.
    var tag: String?
    /// The methods that are allowed.
    var allowed: [String] = []
    /// Whether the connection ends with the answer.
    var endsConnection = false

    init(_ type: ProblemType, _ detail: String, faults: [Fault] = [], refusal: String? = nil) {
        (self.type, self.detail, self.faults, self.refusal) = (type, detail, faults, refusal)
    }

    static let notFound = Problem(.notFound, "there is nothing of that name")

    /// The same words for what is not there and for what is somebody else's.
    static let forbidden = Problem(.forbidden, "your roles do not allow it", refusal: "not_allowed")

    /// A value at a place that cannot be taken.
    static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(
            .invalidValue, "a value cannot be taken", faults: [Fault(pointer: pointer, code: "value", detail: detail)])
    }

    /// The document.
    func json(request: String) -> JSONValue {
        .members([
            "type": .string("/problems/\(type.rawValue)"),
            "title": .string(type.title),
            "status": .integer(type.status),
            "code": .string(type.rawValue),
            "detail": .string(detail),
            "remedy": remedy.map { .string($0) }, "cause": cause.map { .string($0) },
            "request": .string(request),
            "audit_id": auditID.map { .string($0) },
            "retryable": .bool(type.isRetryable),
            "errors": faults.isEmpty
                ? nil
                : .array(
                    faults.map { fault in
                        .members([
                            "pointer": .string(fault.pointer), "code": .string(fault.code),
                            "detail": .string(fault.detail),
                        ])
                    }),
        ])
    }
}

extension Problem {
    /// What a refusal of the directory is for those who asked.
    ///
    /// - Parameter inQuery: whether the request says behind its path what others say in a body.
    init(_ error: AdministrationError, inQuery: Bool = false) {
        let type: ProblemType =
            switch error.code {
            case .alreadyExists: .alreadyExists
            case .invalidClaims, .invalidValue, .noSelection, .tokenTooLarge: .invalidValue
            case .notFound: .notFound
            case .refused, .seedMissing: .conflict
            // Tokens of one subject are dated a second apart: so many in so short a time are too many.
            case .tooFarAhead: .rateLimited
            case .busy, .keyringLocked, .distributionFailed, .storageFailed: .unavailable
            default: .internalError
            }
        switch type {
        // What is wrong with the disk or the keyring is for those who run the service.
        case .unavailable where error.code != .busy:
            self.init(type, "the directory cannot be used at the moment")
        case .internalError: self.init(type, "the service failed")
        default:
            self.init(type, error.message)
            remedy = error.remedy.map { OptionWords.asMembers($0, inQuery: inQuery) }
            cause = error.code.description
        }
        if error.code == .tokenTooLarge {
            faults = [Fault(pointer: "", code: "size", detail: "makes a token that is too large")]
        }
    }
}
