@testable import Policy

/// What must hold for any bytes that are taken for a policy.
enum PolicyInput {
    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        // What is no text of a policy is refused with the same words wherever it stands, which once is enough to see;
        // some inputs go all ways nevertheless.
        do throws(PolicyText.Failure) { _ = try PolicyText.parse(input, file: "a.yaml") } catch {
            if error.problems.isEmpty { return "a text is refused without a reason" }
            if let fault = fault(in: error.problems) { return fault }
            guard input.last.map({ $0 % 16 == 0 }) == true else { return nil }
        }
        // As each kind of file, and as the file that a set's first file names, with what it says itself as an environment.
        let surroundings = PolicySet.Surroundings(readFile: { _ in input })
        if let fault = fault(inSet: input, surroundings) { return fault }
        let manifest = Array("accounts: { A: a.yaml, B: b.yaml }".utf8)
        if let fault = fault(inSet: manifest, surroundings) { return fault }
        return fault(inLayout: input)
    }

    private static func fault(inSet bytes: [UInt8], _ surroundings: PolicySet.Surroundings) -> String? {
        do throws(PolicySet.Failure) {
            for set in try PolicySet.readAll(bytes, file: "chancery.yaml", surroundings: surroundings) {
                if let fault = fault(in: set.warnings) { return fault }
            }
            return nil
        } catch {
            return error.problems.isEmpty ? "a set is refused without a reason" : fault(in: error.problems)
        }
    }

    /// A file that is laid out stays as it is when it is laid out again.
    private static func fault(inLayout bytes: [UInt8]) -> String? {
        do throws(PolicyFormatter.Failure) {
            let once = try PolicyFormatter.format(bytes, file: "a.yaml")
            guard let twice = try? PolicyFormatter.format(once, file: "a.yaml") else { return "a layout is refused" }
            return twice == once ? nil : "a layout is laid out otherwise"
        } catch {
            if error.problems.contains(where: { $0.message.contains("without a change") }) {
                return "a layout changes the file"
            }
            return error.problems.isEmpty ? "a layout is refused without a reason" : fault(in: error.problems)
        }
    }

    /// Each problem says what it is in a few lines, and where.
    private static func fault(in problems: [PolicyProblem]) -> String? {
        for problem in problems {
            if problem.message.isEmpty || problem.position.line < 1 || problem.position.column < 1 {
                return "a problem that says nothing"
            }
            let description = problem.description
            if description.utf8.count > 16 * 4096 { return "a problem that says too much" }
            if description.unicodeScalars.contains(where: { $0 != "\n" && $0.isControl }) {
                return "a problem with what moves a terminal's cursor"
            }
        }
        return nil
    }
}
