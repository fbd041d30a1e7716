import Administration
import ArgumentParser

/// Permissions and limits of a user that exists, or of the users of a role.
struct UserLimitOptions: ParsableArguments {
    @OptionGroup(title: "Permissions") var permissions: PermissionOptions
    @OptionGroup(title: "Permissions") var removals: PermissionRemovalOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The largest number of subscriptions, or -1.", valueName: "number"),
        transform: ValueForms.number)
    var subs: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes in all, or -1; no server enforces it.", valueName: "number"),
        transform: ValueForms.number)
    var data: Int64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Bytes of the largest message, or -1.", valueName: "number"),
        transform: ValueForms.number)
    var payload: Int64?

    @Option(
        help: ArgumentHelp("Whether the token alone signs in, without the seed.", valueName: "=true|false"),
        transform: ValueForms.flag)
    var bearer: Bool?

    @Option(help: ArgumentHelp("Networks to connect from, such as 10.0.0.0/8.", valueName: "networks"))
    var sourceNetwork: [String] = []

    @Option(help: ArgumentHelp("Networks to take out.", valueName: "networks"))
    var rmSourceNetwork: [String] = []

    @Option(help: ArgumentHelp("Connection types, such as STANDARD or WEBSOCKET.", valueName: "types"))
    var connType: [String] = []

    @Option(help: ArgumentHelp("Connection types to take out.", valueName: "types"))
    var rmConnType: [String] = []

    @Option(help: ArgumentHelp("Hours to connect in, such as 08:00:00-17:30:00.", valueName: "hours"))
    var time: [String] = []

    @Option(help: ArgumentHelp("Hours to take out, by their start.", valueName: "hours"))
    var rmTime: [String] = []

    @Option(help: ArgumentHelp("The time zone of the hours, such as Europe/Berlin.", valueName: "zone"))
    var locale: String?

    /// The edits these options ask for.
    var edits: UserLimitEdits {
        var edits = UserLimitEdits()
        edits.permissions = permissions.edits
        removals.add(to: &edits.permissions)
        (edits.subscriptions, edits.data, edits.payload, edits.bearer) = (subs, data, payload, bearer)
        edits.sources = ListEdits(add: ValueForms.list(sourceNetwork), remove: ValueForms.list(rmSourceNetwork))
        edits.connectionTypes = ListEdits(add: ValueForms.list(connType), remove: ValueForms.list(rmConnType))
        edits.hours = ListEdits(add: ValueForms.list(time), remove: ValueForms.list(rmTime))
        edits.timeZone = locale
        return edits
    }
}
