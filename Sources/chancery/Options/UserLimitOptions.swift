import Administration
import ArgumentParser

/// Permissions and limits of a user that exists, or of the users of a role.
struct UserLimitOptions: ParsableArguments {
    @OptionGroup(title: "Permissions") var permissions: PermissionOptions
    @OptionGroup(title: "Permissions") var removals: PermissionRemovalOptions
    @OptionGroup(title: "Limits") var limits: ConnectionLimitOptions

    /// The edits these options ask for.
    var edits: UserLimitEdits {
        var edits = UserLimitEdits()
        edits.permissions = permissions.edits
        removals.add(to: &edits.permissions)
        limits.add(to: &edits)
        return edits
    }
}

/// How much a user may do, and from where and when.
struct ConnectionLimitOptions: ParsableArguments {
    @Option(number: "The largest number of subscriptions, or -1.") var subs: Int64?
    @Option(number: "Bytes in all, or -1; no server enforces it.") var data: Int64?
    @Option(number: "Bytes of the largest message, or -1.") var payload: Int64?
    @Option(truth: "Whether the token alone signs in, without the seed.") var bearer: Bool?
    @Option(list: "Networks to connect from, such as 10.0.0.0/8.", of: "networks") var sourceNetwork: [String] = []
    @Option(list: "Networks to take out.", of: "networks") var rmSourceNetwork: [String] = []
    @Option(list: "Connection types, such as STANDARD or WEBSOCKET.", of: "types") var connType: [String] = []
    @Option(list: "Connection types to take out.", of: "types") var rmConnType: [String] = []
    @Option(list: "Hours to connect in, such as 08:00:00-17:30:00.", of: "hours") var time: [String] = []
    @Option(list: "Hours to take out, by their start.", of: "hours") var rmTime: [String] = []
    @Option(text: "The time zone of the hours, such as Europe/Berlin.", as: "zone") var locale: String?

    /// Adds the limits to edits.
    func add(to edits: inout UserLimitEdits) {
        (edits.subscriptions, edits.data, edits.payload, edits.bearer) = (subs, data, payload, bearer)
        edits.sources = ValueForms.edits(add: sourceNetwork, remove: rmSourceNetwork)
        edits.connectionTypes = ValueForms.edits(add: connType, remove: rmConnType)
        edits.hours = ValueForms.edits(add: time, remove: rmTime)
        edits.timeZone = locale
    }
}
