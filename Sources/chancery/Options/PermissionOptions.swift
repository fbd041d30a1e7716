import Administration
import ArgumentParser

/// What may be published and subscribed to.
struct PermissionOptions: ParsableArguments {
    @Option(list: "Subjects to allow publishing to.", of: "subjects") var allowPub: [String] = []
    @Option(list: "Subjects to allow subscribing to.", of: "subjects") var allowSub: [String] = []
    @Option(list: "Subjects to allow publishing and subscribing to.", of: "subjects") var allowPubsub: [String] = []
    @Option(list: "Subjects to deny publishing to.", of: "subjects") var denyPub: [String] = []
    @Option(list: "Subjects to deny subscribing to.", of: "subjects") var denySub: [String] = []
    @Option(list: "Subjects to deny publishing and subscribing to.", of: "subjects") var denyPubsub: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Allow answers to requests that were received, so many to each (1 when left out).", valueName: "=count"))
    var allowPubResponse: Int?

    @Option(duration: "How long answers are allowed after a request, such as 5s.") var responseTtl: Int64?

    /// The edits these options ask for.
    var edits: PermissionEdits {
        var edits = PermissionEdits()
        edits.allowPublish = ValueForms.list(allowPub) + ValueForms.list(allowPubsub)
        edits.allowSubscribe = ValueForms.list(allowSub) + ValueForms.list(allowPubsub)
        edits.denyPublish = ValueForms.list(denyPub) + ValueForms.list(denyPubsub)
        edits.denySubscribe = ValueForms.list(denySub) + ValueForms.list(denyPubsub)
        edits.responseMaxMessages = allowPubResponse
        edits.responseExpires = responseTtl
        return edits
    }
}

/// What may no longer be published and subscribed to.
struct PermissionRemovalOptions: ParsableArguments {
    @Option(name: .customLong("rm"), list: "Subjects to take out of every list.", of: "subjects")
    var remove: [String] = []

    @Flag(name: .customLong("rm-response-perms"), help: "Allow no more answers to requests.")
    var removeResponse = false

    /// Adds the removals to edits.
    func add(to edits: inout PermissionEdits) {
        edits.remove = ValueForms.list(remove)
        edits.removeResponse = removeResponse
    }
}
