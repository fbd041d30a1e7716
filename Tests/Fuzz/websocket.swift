typealias Target = WebSocketInput
