extension AuthorizationResponseClaims: PayloadClaims {
    init() { common = CommonClaims() }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "jwt": try reader.read(&jwt)
        case "error": try reader.read(&error)
        case "issuer_account": try reader.read(&issuerAccount)
        default: try reader.skip()
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("jwt", jwt)
        writer.member("error", error)
        writer.member("issuer_account", issuerAccount)
    }
}
