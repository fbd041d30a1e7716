import Claims

/// What a new system account shares with the other accounts, as the NATS tools set it up.
enum SystemAccount {
    /// Monitoring of an account by itself: the token position makes a server insist that the importing account's own
    /// key stands in the subject.
    static var exports: [Export] {
        var services = Export(
            name: "account-monitoring-services", subject: "$SYS.REQ.ACCOUNT.*.*", type: .service)
        services.responseType = .stream
        services.accountTokenPosition = 4
        services.description = "Monitoring requests of an account about itself: SUBSZ, CONNZ, LEAFZ, JSZ, INFO"
        services.infoURL = documentation

        var streams = Export(name: "account-monitoring-streams", subject: "$SYS.ACCOUNT.*.>", type: .stream)
        streams.accountTokenPosition = 3
        streams.description = "Monitoring events of an account about itself"
        streams.infoURL = documentation
        return [services, streams]
    }

    private static let documentation = "https://docs.nats.io/nats-server/configuration/sys_accounts"
}
