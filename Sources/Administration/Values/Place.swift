/// Where in the directory something happens: an operator and an account, each as a person names it.
///
/// What is not named is the selected one, or the only one there is.
public struct Place: Sendable, Hashable {
    /// The operator's name or key.
    public var `operator`: EntityReference?
    /// The account's name or key.
    public var account: EntityReference?

    public init(operator: EntityReference? = nil, account: EntityReference? = nil) {
        (self.operator, self.account) = (`operator`, account)
    }
}

extension DirectoryReader {
    /// The operator of a place.
    public func `operator`(at place: Place) throws -> OperatorEntry {
        try self.operator(place.operator)
    }

    /// The account of a place.
    public func account(at place: Place) throws -> AccountEntry {
        try account(place.account, of: self.operator(place.operator))
    }
}
