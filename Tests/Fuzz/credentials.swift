typealias Target = CredentialsInput
