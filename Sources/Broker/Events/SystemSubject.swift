import Authorization

/// The subjects of the system account on which the server tells of itself.
enum SystemSubject {
    static func connect(_ account: AccountIdentity) -> [UInt8] { bytes("$SYS.ACCOUNT.\(account.text).CONNECT") }
    static func disconnect(_ account: AccountIdentity) -> [UInt8] { bytes("$SYS.ACCOUNT.\(account.text).DISCONNECT") }
    /// How many connections an account has: on two subjects, the older of which comes first.
    static func connections(_ account: AccountIdentity) -> [[UInt8]] {
        [bytes("$SYS.SERVER.ACCOUNT.\(account.text).CONNS"), bytes("$SYS.ACCOUNT.\(account.text).SERVER.CONNS")]
    }
    static func authenticationError(_ server: String) -> [UInt8] { bytes("$SYS.SERVER.\(server).CLIENT.AUTH.ERR") }
    /// In the account itself.
    static let accountAuthenticationError = bytes("$SYS.ACCOUNT.CLIENT.AUTH.ERR")
    static func statistics(_ server: String) -> [UInt8] { bytes("$SYS.SERVER.\(server).STATSZ") }
    static func lameDuck(_ server: String) -> [UInt8] { bytes("$SYS.SERVER.\(server).LAMEDUCK") }
    static func shutdown(_ server: String) -> [UInt8] { bytes("$SYS.SERVER.\(server).SHUTDOWN") }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
}
