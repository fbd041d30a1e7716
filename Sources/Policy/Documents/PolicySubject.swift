public import Claims

/// A subject of a policy, as it stands there but for the environment's values, which are filled in: it may have wildcards
/// and the templates that are filled when a client connects.
public struct PolicySubject: Sendable, Hashable {
    public let entry: TemplateEntry
    public let position: PolicyPosition

    public var text: String { entry.text }

    init(_ text: String, _ position: PolicyPosition) {
        entry = TemplateEntry(text)
        self.position = position
    }
}

/// What a role may do in one way: everything, nothing, or a list less another.
public struct PolicyAccess: Sendable, Hashable {
    public enum Allowed: Sendable, Hashable {
        case nothing
        case everything(PolicyPosition)
        case subjects([PolicySubject])
    }

    public var allowed = Allowed.nothing
    public var denied: [PolicySubject] = []
    /// Where it stands; nil where the file says nothing.
    public var position: PolicyPosition?

    init() {}

    public var isNothing: Bool {
        switch allowed {
        case .nothing: true
        case .everything: false
        case .subjects(let subjects): subjects.isEmpty
        }
    }
}

/// The groups of one pattern.
public struct PolicyQueue: Sendable, Hashable {
    public enum Groups: Sendable, Hashable {
        case any
        case named([String])
    }

    public let subject: PolicySubject
    public let groups: Groups

    /// The groups' names, which may have templates too.
    var groupSubjects: [PolicySubject] {
        guard case .named(let names) = groups else { return [] }
        return names.map { PolicySubject($0, subject.position) }
    }
}
