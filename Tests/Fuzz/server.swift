typealias Target = ServerInput
