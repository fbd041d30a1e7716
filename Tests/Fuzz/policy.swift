typealias Target = PolicyInput
