import Wire

/// What must hold for any bytes that a client sends.
enum CommandInput {
    /// The promise that does not hold for these bytes; nil when all do.
    static func fault(in input: [UInt8]) -> String? {
        // Small limits, so that inputs of the fuzzer's size meet them.
        let parser = CommandParser(maximumControlLine: 96, maximumPayload: 512)
        var start = 0
        while start <= input.count {
            switch parser.parse(input.span, at: start) {
            case .fault: return nil
            case .incomplete(let count):
                return start + count > input.count
                    ? nil : "a command is not whole though all is there that it waits for"
            case .command(let command, let end):
                guard end > start, end <= input.count else { return "a command ends outside of what was sent" }
                let found = Found(command: command, place: start..<end)
                if let fault = fault(in: found, of: input, parser) { return fault }
                start = end
            }
        }
        return nil
    }

    private struct Found {
        let command: Command
        let place: Range<Int>
    }

    private static func fault(in found: Found, of input: [UInt8], _ parser: CommandParser) -> String? {
        let (command, place) = (found.command, found.place)
        for range in [command.argument, command.option, command.subscription, command.payload] where !range.isEmpty {
            guard range.count > 0, place.contains(range.start), range.end <= place.upperBound else {
                return "a part of a command lies outside of it"
            }
        }
        guard command.headerCount <= command.payload.count else { return "headers are longer than the payload" }
        if command.headerCount > 0 {
            let block = input[command.payload.start..<command.payload.start + command.headerCount]
            if let fault = HeaderInput.fault(in: Array(block)) { return fault }
        }
        // What follows a command does not change it, and a part of it is never another command.
        let alone = Array(input[..<place.upperBound])
        guard parser.parse(alone.span, at: place.lowerBound) == .command(command, end: place.upperBound) else {
            return "a command is another one without what follows it"
        }
        let part = Array(alone.prefix((place.lowerBound + place.upperBound) / 2))
        guard case .incomplete = parser.parse(part.span, at: place.lowerBound) else {
            return "a part of a command is not waited on"
        }
        return nil
    }
}
