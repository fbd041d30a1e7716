typealias Target = KeyInput
