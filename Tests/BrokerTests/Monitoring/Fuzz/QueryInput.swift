@testable import Broker

/// What must hold for any text that stands for a page in the first line of a request.
enum QueryInput {
    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        guard let target = RequestTarget(String(decoding: input, as: UTF8.self)) else { return nil }
        if target.query.utf8.count > 3 * input.count { return "a query is longer than what it was read from" }
        for page in Page.allCases {
            let (one, other) = (outcome(target.query, page), outcome(target.query, page))
            guard one == other else { return "the same query is read in two ways" }
            if let fault = fault(in: one) { return "\(page): \(fault)" }
        }
        return nil
    }

    private static func outcome(_ query: String, _ page: Page) -> Result<PageOptions, PageRefusal> {
        do { return .success(try PageOptions(query: query, for: page)) } catch { return .failure(error) }
    }

    private static func fault(in outcome: Result<PageOptions, PageRefusal>) -> String? {
        switch outcome {
        case .failure(let refusal):
            return refusal.text.isEmpty || refusal.text.count > 256 ? "a refusal has no words, or too many" : nil
        case .success(let options):
            guard (1...PageOptions.mostOnPage).contains(options.limit) else { return "a page without an end" }
            guard options.offset >= 0 else { return "a page that begins before the first" }
            guard options.state != .open || (options.order != .stop && options.order != .reason) else {
                return "open connections are sorted by their end"
            }
            return nil
        }
    }
}
