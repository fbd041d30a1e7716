import Wire

/// What must hold for any bytes that a server sends.
enum ServerInput {
    private static let limits = ServerStreamParser.Limits(infoLine: 512, controlLine: 256, payload: 1024)

    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        let whole = operations([input[...]])
        for case .message(let frame) in whole.operations {
            guard frame.headerBlock.count + frame.payload.count <= limits.payload else {
                return "a message is over the limit"
            }
            if let fault = HeaderInput.fault(in: frame.headerBlock) { return fault }
        }
        // The same stream in pieces, whose lengths follow from the input.
        var pieces: [ArraySlice<UInt8>] = []
        var rest = input[...]
        var length = input.count % 7 + 1
        while !rest.isEmpty {
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
            length = length % 13 + 3
        }
        guard operations(pieces) == whole else { return "in pieces, a stream is another one" }
        return nil
    }

    private struct Outcome: Equatable {
        var operations: [ServerOperation] = []
        var failed = false
    }

    private static func operations(_ pieces: [ArraySlice<UInt8>]) -> Outcome {
        var parser = ServerStreamParser(limits: limits)
        var outcome = Outcome()
        for piece in pieces {
            parser.append(piece)
            do {
                while let operation = try parser.next() { outcome.operations.append(operation) }
            } catch {
                outcome.failed = true
                return outcome
            }
        }
        return outcome
    }
}
