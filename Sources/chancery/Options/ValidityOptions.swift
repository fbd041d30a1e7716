import Administration
import ArgumentParser

/// When a token begins and ceases to count.
struct ValidityOptions: ParsableArguments {
    @Option(time: "When it begins to count: yyyy-mm-dd, #m, #h, #d, #w, #M, #y from now, or 0 for at once.")
    var start: Int64?

    @Option(time: "When it ceases to count: yyyy-mm-dd, #m, #h, #d, #w, #M, #y from now, or 0 for never.")
    var expiry: Int64?

    /// The edits these options ask for.
    var validity: Validity { Validity(notBefore: start, expires: expiry) }
}
