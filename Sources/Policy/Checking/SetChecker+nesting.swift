import Subjects

// What claims do not hold side by side: tokens with such lists are refused where they are issued and where they are read.

extension SetChecker {
    /// Exports of a kind of which one lies in another, and services of one exporter that do here.
    mutating func checkNesting(of account: PolicySet.Account) {
        for kind in ExportPolicy.Kind.allCases {
            let exports = account.policy.exports.filter { $0.kind == kind }.compactMap(Subject.init)
            checkNesting(of: exports, in: account) {
                "\($0) lies in \($1), which is exported as a \(kind.rawValue), too: claims hold one of them"
            }
        }
        let services = account.policy.imports.filter { $0.kind == .service }
        let byExporter = Dictionary(grouping: services) { $0.from?.value ?? "" }
        for (exporter, imports) in byExporter.sorted(by: { $0.key < $1.key }) {
            checkNesting(of: imports.compactMap(Subject.init), in: account) {
                "\($0) lies in \($1), which is a service of \(exporter), too: claims hold one of them"
            }
        }
    }

    private mutating func checkNesting(
        of subjects: [Subject], in account: PolicySet.Account, _ message: (_ inner: Pattern, _ outer: Pattern) -> String
    ) {
        var index = RuleIndex(subjects.map(\.pattern))
        for (number, subject) in subjects.enumerated() {
            do throws(SubjectsTooLarge) {
                // Of two equal ones the second is too many.
                let outer = try index.containing(subject.pattern).filter {
                    $0 != number && (subjects[$0].pattern != subject.pattern || $0 < number)
                }
                guard let first = outer.min() else { continue }
                report(
                    .overlap, at: subject.position, in: account.source,
                    message(subject.pattern, subjects[first].pattern), remedy: "make them apart, or take one out",
                    related: .init(position: subjects[first].position, message: "the other one"))
            } catch {
                return report(
                    .tooLarge, at: subject.position, in: account.source,
                    "the subjects are too many to look for one that lies in another: \(error)",
                    remedy: "make two accounts of it")
            }
        }
    }
}

/// What an export or an import is called in its account, and where that is written.
private struct Subject {
    let pattern: Pattern
    let position: PolicyPosition

    init?(_ export: ExportPolicy) {
        guard let subject = export.subject, let pattern = try? Pattern(subject.text) else { return nil }
        (self.pattern, position) = (pattern, subject.position)
    }

    init?(_ item: ImportPolicy) {
        guard let pattern = item.localPattern else { return nil }
        (self.pattern, position) = (pattern, (item.local ?? item.subject)?.position ?? item.position)
    }
}

extension ImportPolicy {
    /// What the import is called in its own account; nil where a subject is none.
    var localPattern: Pattern? {
        guard let subject,
            let transform = try? SubjectTransform(from: subject.text, to: local?.text ?? subject.text)
        else { return nil }
        return transform.apply(to: transform.source)
    }
}

extension Pattern {
    /// Whether one of two lies in the other.
    func isNested(with other: Pattern) -> Bool { isContained(in: other) || other.isContained(in: self) }
}
