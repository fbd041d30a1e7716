extension PolicyReader {
    /// The names of the keys that are read, by the table of the language that they belong to.
    static let tables: [String: [String]] = [
        "never": neverKeys.map(\.name), "set": manifestKeys.map(\.name), "ceilings": ceilingKeys.map(\.name),
        "environment": environmentKeys.map(\.name),
        "account": accountKeys.map(\.name), "value": valueKeys.map(\.name), "limits": limitKeys.map(\.name),
        "jetstream": jetStreamKeys.map(\.name), "export": exportKeys.map(\.name), "grant": grantKeys.map(\.name),
        "response": responseKeys.map(\.name), "latency": latencyKeys.map(\.name), "import": importKeys.map(\.name),
        "stream": streamKeys.map(\.name), "consumer": consumerKeys.map(\.name), "role": roleKeys.map(\.name),
        "access": accessKeys.map(\.name), "service": serviceKeys.map(\.name), "bucket": keyValueKeys.map(\.name),
        "mqtt": mqttKeys.map(\.name), "hours": hourKeys.map(\.name), "expires": lifetimeKeys.map(\.name),
        "role_limits": roleLimitKeys.map(\.name), "user": userKeys.map(\.name), "extra": extraKeys.map(\.name),
        "test": testKeys.map(\.name), "test_subject": testSubjectKeys.map(\.name), "audit": auditKeys.map(\.name),
    ]
}
