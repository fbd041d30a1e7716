import ArgumentParser

/// `chancery tool …`
struct ToolCommand: ParsableCommand, Exemplified {
    static let configuration = CommandConfiguration(
        commandName: "tool", abstract: "Publish, subscribe and ask as a user of the directory.",
        subcommands: [
            ToolPublishCommand.self, ToolSubscribeCommand.self, ToolRequestCommand.self, ToolReplyCommand.self,
            ToolRoundTripCommand.self,
        ])
    static let example = "chancery tool sub 'orders.>' --user alice --nats nats://127.0.0.1:4222"
}
