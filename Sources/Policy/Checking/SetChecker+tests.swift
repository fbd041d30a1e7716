// Tests: what they name has to be there, since nobody may do what there is not.

extension SetChecker {
    mutating func checkTests(of account: PolicySet.Account) {
        let known = NamedStores(account.policy)
        for test in account.policy.tests {
            checkSubject(of: test, in: account)
            for sentence in test.may + test.mayNot {
                guard let fault = known.fault(in: sentence.act) else { continue }
                report(
                    fault.code, at: sentence.position, in: account.source, fault.message, remedy: fault.remedy)
            }
        }
    }

    private mutating func checkSubject(of test: PolicyTest, in account: PolicySet.Account) {
        switch test.subject {
        case .user(let name):
            guard !users.contains(name) else { return }
            report(
                .unknownUser, at: test.position, in: account.source, "the account has no user \"\(name)\"",
                remedy: suggestion(for: name, in: account.policy.users.map(\.name))
                    ?? "write as: { role: ROLE, name: NAME } for anybody in a role")
        case .holder(let name, let user, let tags):
            guard find(role: name, at: test.position, in: account) != nil, let role = account.composedRole(name)
            else { return }
            checkTags(tags.mapValues { Placed($0, test.position) }, of: role, user, at: test.position, in: account)
            if let fault = role.fault(inName: user) {
                report(.wrongValue, at: test.position, in: account.source, fault.message, remedy: fault.remedy)
            }
        case nil: break
        }
    }
}

extension PolicySet.Account {
    /// What keeps anybody from being who a question is about, whatever the role may do; nil for nothing.
    public func fault(in subject: PolicyTest.Subject) -> PolicySentence.Fault? {
        guard case .holder(let name, let user, let tags) = subject, let role = composedRole(name) else { return nil }
        if let fault = role.fault(inName: user) { return fault }
        // What is in force without a file declares no values.
        guard !role.tags.isEmpty else { return nil }
        for tag in role.tags {
            let values = tag.values.map(\.value)
            guard let value = tags[tag.name] else {
                return .init(
                    message: "\(user) has no value for the tag \(tag.name)",
                    remedy: "it is one of: \(values.joined(separator: ", "))")
            }
            guard !values.contains(value) else { continue }
            return .init(
                message: "\(value) is no value of the tag \(tag.name) of \(name)",
                remedy: "it is one of: \(values.joined(separator: ", "))")
        }
        guard let other = tags.keys.sorted().first(where: { tag in !role.tags.contains { $0.name == tag } }) else {
            return nil
        }
        return .init(
            message: "the role \(name) declares no tag \(other)",
            remedy: "it has: \(role.tags.map(\.name).joined(separator: ", "))")
    }
}

extension RolePolicy {
    /// Why nobody in the role can be called so; nil where somebody can.
    fileprivate func fault(inName name: String) -> PolicySentence.Fault? {
        guard usesNames, !PolicyValue.fits(name, .token) else { return nil }
        return .init(
            message: "\"\(name)\" does not fill exactly one token, and the role \(self.name) has {{name()}}",
            remedy: "take letters, digits, - and _")
    }
}

/// The streams, consumers and buckets that an account's file names anywhere but in its tests.
private struct NamedStores {
    private var consumers: [String: Set<String>] = [:]
    private var buckets: Set<String> = []

    init(_ policy: AccountPolicy) {
        for stream in policy.streams {
            consumers[stream.name, default: []].formUnion(stream.consumers.map(\.name))
            if stream.name.hasPrefix("KV_") { buckets.insert(String(stream.name.dropFirst(3))) }
        }
        for role in policy.roles + policy.users.compactMap(\.extra) {
            for work in role.work { consumers[work.stream, default: []].insert(work.consumer) }
            // Whoever may make consumers names them as they like.
            for stream in role.read + role.manage { consumers[stream.value, default: []].formUnion([]) }
            for bucket in role.keyValue {
                buckets.insert(bucket.bucket)
                consumers["KV_\(bucket.bucket)", default: []].formUnion([])
            }
            for store in role.objects { consumers["OBJ_\(store.bucket)", default: []].formUnion([]) }
        }
    }

    typealias Fault = (code: PolicyProblem.Code, message: String, remedy: String)

    /// What a sentence names and no file knows of.
    func fault(in act: PolicyTest.Act) -> Fault? {
        switch act {
        case .get(let bucket, key: _), .put(let bucket, key: _):
            guard !buckets.contains(bucket) else { return nil }
            return (
                .unknownStream, "nothing in the file is about a bucket \"\(bucket)\"",
                remedy(bucket, buckets, "declare its stream: streams: { KV_\(bucket): { … } }")
            )
        case .next(let stream, let consumer):
            guard let known = consumers[stream] else {
                return (
                    .unknownStream, "nothing in the file is about a stream \"\(stream)\"",
                    remedy(stream, Set(consumers.keys), "declare it: streams: { \(stream): { … } }")
                )
            }
            guard !known.contains(consumer), !known.isEmpty else { return nil }
            return (
                .unknownConsumer, "the stream \(stream) has no consumer \"\(consumer)\"",
                remedy(consumer, known, "declare it under the stream's consumers")
            )
        default: return nil
        }
    }

    private func remedy(_ name: String, _ known: Set<String>, _ other: String) -> String {
        Suggestion.nearest(to: name, in: known.sorted()).map { "did you mean \($0)?" } ?? other
    }
}

extension PolicyProblem.Code {
    /// A stream or a bucket that a test names and nothing else does.
    public static let unknownStream = Self("unknown-stream")
}
