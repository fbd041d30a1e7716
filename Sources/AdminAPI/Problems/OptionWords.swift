/// What the directory's remedies call options, as whoever asks the API gives it.
public enum OptionWords {
    private static let members = [
        (option: "--force", member: "force"), ("--unmanaged", "unmanaged"), ("--delete-roles", "delete_roles"),
    ]

    /// - Parameter inQuery: whether it is given behind the path rather than in the body.
    static func asMembers(_ remedy: String, inQuery: Bool) -> String {
        var text = remedy
        for (option, member) in members {
            text = text.replacing(option, with: inQuery ? "\(member)=true" : "\"\(member)\": true")
        }
        return text
    }

    /// What the API said, for whoever gives options on a command line.
    public static func asOptions(_ remedy: String) -> String {
        var text = remedy
        for (option, member) in members {
            text = text.replacing("\"\(member)\": true", with: option).replacing("\(member)=true", with: option)
        }
        return text
    }
}
