typealias Target = TokenInput
