/// What to do about faults of claims, whose texts are those of the format.
enum FaultRemedy {
    /// Pieces of the faults' texts, and what helps.
    private static let remedies: [(piece: String, remedy: String)] = [
        ("spaces", "leave the blank out; several subjects stand between commas"),
        ("time range", "write hours as 08:00:00-17:30:00"),
        ("iana time zone", "write the name of a time zone such as Europe/Berlin, or UTC"),
        ("cidr", "write a network such as 10.0.0.0/8, or 10.0.0.7/32 for one address"),
        ("tiered JetStream Limits", "name the tier with --js-tier, or take all limits out with --js-disable first"),
        ("Trace.Sampling", "write 1 to 100"),
        ("service url", "write for example nats://host:4222"),
        ("account server url", "write for example nats://host:4222"),
        ("already exports", "change the export that is there with \"chancery edit export\""),
        ("exceeds 100%", "lower the weight of another destination first"),
        ("latency tracking only", "measure services: --service"),
        ("AllowTrace only valid for service", "leave --allow-trace out, or export a service: --service"),
        ("AllowTrace only valid for stream", "leave --allow-trace out: only imports of streams have it"),
        ("Account Token Position", "name a token of the subject that is a *, counted from 1"),
        ("response threshold", "only services have it: --service"),
        ("enough * or reference wildcards", "write $1 for the first wildcard, $2 for the second"),
        ("end or not end in >", "end both subjects in >, or neither"),
    ]

    /// What to do about these faults.
    static func of(_ faults: [String]) -> String {
        let known = remedies.filter { remedy in faults.contains { $0.contains(remedy.piece) } }.map(\.remedy)
        return known.first ?? "nothing was changed: correct it and try again"
    }
}
