public import Claims

extension UserScope {
    /// What of a user fills a subject of its role with more or less than one token, in words; nil where nothing does. A server
    /// that takes such a value as it is gives the user the subjects of others.
    public func misfit(name: String, tags: [String]) -> String? {
        var values = PermissionTemplate.Values()
        (values.name, values.tags) = (name, tags)
        guard let (function, value) = PermissionTemplate.misfit(of: template.permissions, with: values) else {
            return nil
        }
        let what = if case .tag(let tag) = function { "the tag \"\(tag):\(value)\"" } else { "the name \"\(value)\"" }
        return "\(what) fills a subject of the role \"\(role)\", and is not one token of it"
    }
}
