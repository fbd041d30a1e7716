import NKeys

extension OperatorClaims {
    func validate(_ issues: inout IssueList) {
        if let fault = accountServerURLFault { issues.error(fault, at: "account_server_url") }
        for (index, url) in serviceURLs.enumerated() {
            guard let fault = Self.serviceURLFault(url) else { continue }
            issues.error(fault, at: "operator_service_urls", .element(index))
        }
        for (index, key) in signingKeys.enumerated() where !PublicKey.isValid(key, .operator) {
            issues.error("\(key) is not an operator public key", at: "signing_keys", .element(index))
        }
        if !systemAccount.isEmpty, !PublicKey.isValid(systemAccount, .account) {
            issues.error("\(systemAccount) is not an account public key", at: "system_account")
        }
        if let fault = serverVersionFault {
            issues.error("assert server version error: \(fault)", at: "assert_server_version")
        }
    }

    /// What is wrong with the account server's URL, which also keeps the claims from being encoded.
    var accountServerURLFault: String? {
        guard !accountServerURL.isEmpty else { return nil }
        do {
            let url = try URLText(accountServerURL)
            return url.scheme.isEmpty ? "account server url \(quoted(accountServerURL)) requires a protocol" : nil
        } catch {
            return "error parsing account server url: \(error.description(of: accountServerURL))"
        }
    }

    /// The first thing that is wrong with a service URL. An empty one is passed over.
    private static func serviceURLFault(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        let name = "operator service url \(quoted(text))"
        do {
            let url = try URLText(text)
            if url.hasUser { return "\(name) - credentials are not supported" }
            if !url.path.isEmpty { return "\(name) - paths are not supported" }
            guard ["nats", "tls", "ws", "wss"].contains(url.scheme) else {
                return "\(name) - protocol not supported (only 'nats', 'tls', 'ws', 'wss' only)"
            }
            return nil
        } catch {
            return "error parsing \(name): \(error.description(of: text))"
        }
    }

    /// What is wrong with the server version, which has three numbers.
    private var serverVersionFault: String? {
        guard !assertServerVersion.isEmpty else { return nil }
        let parts = assertServerVersion.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            return "asserted server version must be of the form <major>.<minor>.<update>"
        }
        var numbers: [Int] = []
        for part in parts {
            guard let number = Int(part) else { return "asserted server version cant parse \(part) to int" }
            numbers.append(number)
        }
        guard numbers.allSatisfy({ $0 >= 0 }) else {
            return "asserted server version can'b contain negative values: \(assertServerVersion)"
        }
        return nil
    }
}
