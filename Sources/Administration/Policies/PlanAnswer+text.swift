import Policy

// What a plan says to people.

extension PlanAnswer.Interruption {
    public var text: String {
        guard let role, let act else {
            return "what \(importer) imports from \(exporter), \(subject), is shut out for a moment on the way"
        }
        return
            "\(importer)/\(role) may \(act) \(subject) of \(exporter) before and after, and cannot for a moment on the way"
    }
}

extension PlanAnswer.Circle {
    public var text: String {
        guard left_out else {
            return ExportPolicy.Kind(rawValue: kind).map { ImportCircle.warning($0, backTo: importer) } ?? ""
        }
        let way = (accounts + [importer]).joined(separator: ", ")
        return
            "nats-server leaves out what \(importer) imports from \(exporter), the \(kind) \(subject): it closes a circle "
            + "of imports (\(way)); give it subjects of its own: as: \"\(exporter.lowercased()).…\""
    }
}

extension PlanAnswer {
    /// What becomes of accounts whose making is taken back; nil for none.
    public var emptiedText: String? {
        guard !emptied_accounts.isEmpty else { return nil }
        let names = emptied_accounts.joined(separator: ", ")
        let fate = emptied_accounts.count == 1 ? "stays with nothing in it" : "stay with nothing in them"
        return "\(names): made by what is taken back, and \(fate): \"chancery delete account NAME\" deletes an account"
    }
}
