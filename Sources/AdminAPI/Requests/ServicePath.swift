import Claims
import NKeys

/// The paths of the API, for those who ask it.
public enum ServicePath {
    public static func `operator`(_ name: String) -> String { "/v1/operators/" + RequestPath.encoded(name) }

    public static func account(_ name: String, of operator: String) -> String {
        "\(self.operator(`operator`))/accounts/\(RequestPath.encoded(name))"
    }

    public static func user(_ name: String, in account: String, of operator: String) -> String {
        "\(self.account(account, of: `operator`))/users/\(RequestPath.encoded(name))"
    }

    /// The cursor of the records before a number.
    public static func cursor(before index: Int64) -> String {
        Base64URL.text([1] + Array(String(index).utf8))
    }

    /// A path with the parameters of a query.
    public static func with(_ parameters: [(name: String, value: String)], _ path: String) -> String {
        guard !parameters.isEmpty else { return path }
        return path + "?" + parameters.map { "\($0.name)=\(RequestPath.encoded($0.value))" }.joined(separator: "&")
    }
}
