extension ActivationClaims: PayloadClaims {
    init() { common = CommonClaims() }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "subject": try reader.read(&importSubject)
        case "kind": try importType.read(from: &reader)
        case "issuer_account": try reader.read(&issuerAccount)
        default: try reader.skip()
        }
    }

    /// The older format says `type` for what is `kind` now. Its limits are dropped, but must have been limits.
    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "subject": try reader.read(&importSubject)
        case "type": try importType.read(from: &reader)
        case "max", "payload":
            var dropped: Int64 = 0
            try reader.read(&dropped)
        case "src":
            var dropped = ""
            try reader.read(&dropped)
        case "times":
            var dropped: [TimeRange] = []
            try reader.read(&dropped)
        default: try reader.skip()
        }
    }

    mutating func migrate(issuerAccount: String) {
        self.issuerAccount = issuerAccount
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("subject", importSubject)
        writer.member("kind", importType)
        writer.member("issuer_account", issuerAccount)
    }
}
