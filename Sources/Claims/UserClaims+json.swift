extension UserClaims: PayloadClaims {
    /// Everything absent, so that every limit is 0.
    init() {
        common = CommonClaims()
        limits = .scoped
    }

    /// Limits that are absent in the older format are unlimited.
    static var emptyVersion1: UserClaims {
        var claims = UserClaims()
        claims.limits = UserPermissionLimits()
        return claims
    }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        if name == "issuer_account" {
            try reader.read(&issuerAccount)
        } else {
            try limits.readMember(name, from: &reader)
        }
    }

    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        if name == "max" {
            // Dropped, but it must have been a limit.
            var dropped: Int64 = 0
            try reader.read(&dropped)
        } else {
            try limits.readVersion1Member(name, from: &reader)
        }
    }

    mutating func migrate(issuerAccount: String) {
        self.issuerAccount = issuerAccount
    }

    func writeMembers(to writer: inout JSONWriter) {
        limits.writeMembers(to: &writer)
        writer.member("issuer_account", issuerAccount)
    }
}
