extension AdministrationError {
    /// Nothing says which operator is meant.
    ///
    /// - Parameter isOneOfMany: whether there is any at all.
    public static func noOperator(ofMany isOneOfMany: Bool) -> AdministrationError {
        AdministrationError(
            .noSelection, isOneOfMany ? "it is not clear which operator is meant" : "the directory has no operator",
            remedy: isOneOfMany
                ? "choose one with \"chancery select operator NAME\"" : "add one with \"chancery add operator NAME\"")
    }

    /// A set of policies is for an operator that there is not.
    public static func noOperator(ofSet name: String) -> AdministrationError {
        AdministrationError(
            .notFound, "the set is for the operator \"\(name)\", and there is none of that name",
            remedy:
                "write one of \"chancery list operators\" after operator: in chancery.yaml, or take that line out: then it is "
                + "for the operator that is selected, or the only one")
    }

    /// Nothing says which account is meant.
    public static func noAccount(ofMany isOneOfMany: Bool) -> AdministrationError {
        AdministrationError(
            .noSelection, "an account is required",
            remedy: isOneOfMany
                ? "name it with --account, or choose one with \"chancery select account NAME\""
                : "add one with \"chancery add account NAME\"")
    }

    /// Nothing says which user of an account is meant.
    public static func noUser(of account: String, ofMany isOneOfMany: Bool) -> AdministrationError {
        AdministrationError(
            .noSelection, "a user is required",
            remedy: isOneOfMany
                ? "name the user that is meant"
                : "add one with \"chancery add user NAME --account \(commandWord(account))\"")
    }
}
