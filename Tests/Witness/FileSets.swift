import Policy

/// What the roles of a file mean, decided without the compiler: text against text, rule by rule.
struct FileSets {
    private let parts: [RolePolicy]
    private let extra: RolePolicy?
    private let values: [String: String]

    /// - Parameter values: what each template stands for, braces included.
    init(_ parts: [RolePolicy], extra: RolePolicy?, _ values: [String: String]) {
        self.parts = parts
        self.extra = extra
        self.values = values
    }

    /// Whether the verbs' own subjects decide here; for them there is no judge.
    static func isOfVerbs(_ subject: String) -> Bool { subject.hasPrefix("$") }

    func mayPublish(_ subject: String) -> Bool {
        let roles = parts + [extra].compactMap(\.self)
        if roles.contains(where: { isIn(subject, $0.publish.denied.map(\.text)) }) { return false }
        return roles.contains { role in
            isIn(subject, texts(role.publish) + role.call.map(\.text))
                || isIn(subject, role.mqtt?.publish.flatMap { $0.subjects.map(\.text) } ?? [])
        }
    }

    func mayReceive(_ subject: String, _ group: String?) -> Bool {
        if parts.contains(where: { isIn(subject, $0.subscribe.denied.map(\.text)) }) { return false }
        guard let group else { return parts.contains { mayReceiveAlone(subject, $0) } }
        if parts.contains(where: { names(group, $0.deniedQueue, subject) }) { return false }
        return parts.contains { role in
            names(group, role.queue, subject)
                || role.serve.contains { $0.queue?.value == group && isIn(subject, [$0.subject.text]) }
        }
    }

    private func mayReceiveAlone(_ subject: String, _ role: RolePolicy) -> Bool {
        if isIn(subject, texts(role.subscribe)) { return true }
        if role.serve.contains(where: { $0.queue == nil && isIn(subject, [$0.subject.text]) }) { return true }
        if isIn(subject, role.mqtt?.subscribe.flatMap { $0.subjects.map(\.text) } ?? []) { return true }
        let asks =
            !role.call.isEmpty || !role.work.isEmpty || !role.read.isEmpty || !role.manage.isEmpty
            || !role.keyValue.isEmpty || !role.objects.isEmpty
        switch role.inbox?.value ?? (asks ? .private : .none) {
        case .private: return isIn(subject, ["_INBOX.{{name()}}.>"])
        case .role: return isIn(subject, ["_INBOX.\(role.name).>"])
        case .shared: return isIn(subject, ["_INBOX.>"])
        case .none: return false
        }
    }

    private func texts(_ access: PolicyAccess) -> [String] {
        switch access.allowed {
        case .nothing: []
        case .everything: [">"]
        case .subjects(let subjects): subjects.map(\.text)
        }
    }

    private func names(_ group: String, _ queues: [PolicyQueue], _ subject: String) -> Bool {
        queues.contains { queue in
            guard isIn(subject, [queue.subject.text]) else { return false }
            switch queue.groups {
            case .any: return true
            case .named(let names): return names.contains(group)
            }
        }
    }

    private func isIn(_ subject: String, _ patterns: [String]) -> Bool {
        let tokens = subject.split(separator: ".").map(String.init)
        return patterns.contains { pattern in
            let filled = values.reduce(pattern) { $0.replacing($1.key, with: $1.value) }
            let words = filled.split(separator: ".").map(String.init)
            guard words.count <= tokens.count else { return false }
            for (index, word) in words.enumerated() {
                if word == ">" { return true }
                guard word == "*" || word == tokens[index] else { return false }
            }
            return words.count == tokens.count
        }
    }
}
