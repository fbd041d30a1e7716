typealias Target = QueryInput
