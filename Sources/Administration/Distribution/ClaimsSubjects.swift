/// The subjects of the system account on which servers exchange account tokens.
enum ClaimsSubjects {
    /// Servers that keep accounts in a folder listen here.
    static let update = "$SYS.REQ.CLAIMS.UPDATE"
    /// Servers with another resolver listen here, and take accounts that are in use.
    static let updateOfAccount = "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE"
    /// Each server names the accounts it has.
    static let list = "$SYS.REQ.CLAIMS.LIST"
    /// Each server deletes accounts, if its configuration allows that.
    static let delete = "$SYS.REQ.CLAIMS.DELETE"
    /// One server sends every account it has.
    static let pack = "$SYS.REQ.CLAIMS.PACK"
    /// Servers send the token of one account.
    static let lookup = "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP"
    /// Servers of ours take the settings of accounts here.
    static let settings = "$SYS.REQ.CHANCERY.SETTINGS.UPDATE"
    /// Every server answers, and says how many there are.
    static let ping = "$SYS.REQ.SERVER.PING.STATSZ"
    /// Every server names its connections.
    static let connections = "$SYS.REQ.SERVER.PING.CONNZ"
    /// A server ends a connection.
    static let kick = "$SYS.REQ.SERVER.*.KICK"
    /// The inboxes of a user that was made for one connection, which may listen to nothing else.
    static let inboxPrefix = "_INBOX_chancery_push"

    /// What somebody may publish who asks servers, or tells them.
    static let reading = [list, pack, lookup, ping]
    static let writing = [update, updateOfAccount, settings]
}
