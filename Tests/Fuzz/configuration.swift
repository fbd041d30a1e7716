typealias Target = ConfigurationInput
