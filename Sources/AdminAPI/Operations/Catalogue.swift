/// Every operation of the service, in the order in which they are described.
enum Catalogue {
    static let all: [Operation] =
        ServiceOperations.all + AccessOperations.all + OperatorOperations.all + ExpirationOperations.all
        + FindingOperations.all
        + AccountOperations.all
        + RoleOperations.all + UserOperations.all + SharingOperations.all + SharingRequestOperations.all
        + MappingOperations.all
        + RevocationOperations.all + PolicyOperations.all + PolicyQuestions.all + LongOperations.all
        + RecordOperations.all + DecisionOperations.all + LogOperations.all
        + SingleRecordOperations.all
        + ResolverOperations.all

    static let routes = RouteTable(all)

    /// The path of an account.
    static let account = "/v1/operators/{operator}/accounts/{account}"
}
