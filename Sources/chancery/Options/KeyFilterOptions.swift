import Administration
import ArgumentParser
import NKeys

/// Which keys are meant.
struct KeyFilterOptions: ParsableArguments {
    @Flag(name: [.customShort("A"), .long], help: "All keys; so it is without any filter.")
    var all = false
    @Flag(name: [.customShort("o"), .long], help: "Keys of operators.")
    var operators = false
    @Flag(name: .shortAndLong, help: "Keys of accounts.")
    var accounts = false
    @Flag(name: .shortAndLong, help: "Keys of users.")
    var users = false
    @Option(
        help: ArgumentHelp("Keys of this account, of its signing keys and its users.", valueName: "account"))
    var account: String?
    @Option(help: ArgumentHelp("The key of this user.", valueName: "user"))
    var user: String?
    @Option(
        name: .shortAndLong, help: ArgumentHelp("Keys that hold this text, or whose name does.", valueName: "text"))
    var filter: String?
    @Flag(help: "Keys that nothing refers to.")
    var notReferenced = false

    /// The filter these options make.
    var keyFilter: KeyFilter {
        var keyFilter = KeyFilter()
        let kinds = [(operators, KeyKind.operator), (accounts, .account), (users, .user)]
        keyFilter.kinds = all ? [] : kinds.filter(\.0).map(\.1)
        keyFilter.account = account.map { EntityReference($0) }
        keyFilter.user = user.map { EntityReference($0) }
        (keyFilter.text, keyFilter.notReferenced) = (filter, notReferenced)
        return keyFilter
    }
}
