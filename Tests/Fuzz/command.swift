typealias Target = CommandInput
