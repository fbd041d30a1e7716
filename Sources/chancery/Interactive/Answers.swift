import Glibc

/// A person's answers, from the standard input: a terminal's, or lines that a script prepared.
struct Answers {
    /// The answer to a question, without blanks at its ends.
    ///
    /// - Throws: ``CommandFailure`` at the end of the input.
    func line(_ question: String) throws -> String {
        Console.ask(question)
        guard let line = readLine() else {
            Console.say("")
            throw CommandFailure(
                message: "the input ended before everything was answered",
                remedy: "answer at a terminal, or give options instead of --interactive")
        }
        return String(line.trimmingPrefix { $0.isWhitespace }.reversed().trimmingPrefix { $0.isWhitespace }.reversed())
    }

    /// Whether the answer is yes.
    ///
    /// - Parameter unless: what no answer means.
    func confirm(_ question: String, unless usual: Bool) throws -> Bool {
        while true {
            switch try line("\(question) \(usual ? "[Y/n]" : "[y/N]") ").lowercased() {
            case "": return usual
            case "y", "yes": return true
            case "n", "no": return false
            default: Console.say("Answer y or n.")
            }
        }
    }
}
