extension CommonClaims {
    /// Reads one of the common members; false if `name` is none of them, with nothing consumed.
    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) -> Bool {
        switch name {
        case "aud": try reader.read(&audience)
        case "exp": try reader.read(&expires)
        case "jti": try reader.read(&id)
        case "iat": try reader.read(&issuedAt)
        case "iss": try reader.read(&issuer)
        case "name": try reader.read(&self.name)
        case "nbf": try reader.read(&notBefore)
        case "sub": try reader.read(&subject)
        default: return false
        }
        return true
    }

    /// Writes the members that are set, in the reference's order.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("aud", audience)
        writer.member("exp", expires)
        writer.member("jti", id)
        writer.member("iat", issuedAt)
        writer.member("iss", issuer)
        writer.member("name", name)
        writer.member("nbf", notBefore)
        writer.member("sub", subject)
    }
}
