extension OperatorClaims: PayloadClaims {
    init() { common = CommonClaims() }

    mutating func readMember(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "assert_server_version": try reader.read(&assertServerVersion)
        case "strict_signing_key_usage": try reader.read(&strictSigningKeyUsage)
        default: try readVersion1Member(name, from: &reader)
        }
    }

    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        switch name {
        case "signing_keys": try reader.read(&signingKeys)
        case "account_server_url": try reader.read(&accountServerURL)
        case "operator_service_urls": try reader.read(&serviceURLs)
        case "system_account": try reader.read(&systemAccount)
        default: try reader.skip()
        }
    }

    func writeMembers(to writer: inout JSONWriter) {
        writer.member("signing_keys", signingKeys)
        writer.member("account_server_url", accountServerURL)
        writer.member("operator_service_urls", serviceURLs)
        writer.member("system_account", systemAccount)
        writer.member("assert_server_version", assertServerVersion)
        writer.member("strict_signing_key_usage", strictSigningKeyUsage)
    }
}
