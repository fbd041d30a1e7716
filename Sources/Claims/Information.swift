/// The description and information URL of an account or export.
enum Information {
    /// Bytes that each may have.
    static let maximumCount = 8192

    static func check(description: String, url: String, _ issues: inout IssueList) {
        if description.utf8.count > maximumCount {
            issues.error("Description is too long", at: "description")
        }
        guard !url.isEmpty else { return }
        if url.utf8.count > maximumCount { issues.error("Info URL is too long", at: "info_url") }
        do {
            let parts = try URLText(url)
            if parts.hostName.isEmpty || parts.scheme.isEmpty {
                issues.error("error parsing info url: no hostname or scheme", at: "info_url")
            }
        } catch {
            issues.error("error parsing info url: \(error.description(of: url))", at: "info_url")
        }
    }
}
