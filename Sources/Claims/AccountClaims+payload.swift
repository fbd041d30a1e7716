extension AccountClaims {
    /// Reads claims as ``ClaimSet/json()`` writes them: a payload that nobody has signed.
    ///
    /// - Parameter payload: a JSON object with the common claims and `nats`.
    /// - Throws: ``ClaimsError`` where it is none.
    public init(payload: [UInt8]) throws(ClaimsError) {
        let read = payload.withUnsafeBytes { bytes in
            Result { () throws(ClaimsError) in try AccountClaims.read(payload: bytes) }
        }
        self = try read.get()
    }
}
