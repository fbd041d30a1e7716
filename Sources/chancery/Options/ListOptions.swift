import Administration
import ArgumentParser

/// Tags to add and to take out.
struct TagOptions: ParsableArguments {
    @Option(list: "Tags to add.", of: "tags") var tag: [String] = []
    @Option(list: "Tags to take out.", of: "tags") var rmTag: [String] = []

    /// The edits these options ask for.
    var edits: ListEdits { ValueForms.edits(add: tag, remove: rmTag) }
}

/// Signing keys to add and to take out.
struct SigningKeyOptions: ParsableArguments {
    @Option(list: "Signing keys to add: generate, or public keys.", of: "keys") var sk: [String] = []
    @Option(list: "Signing keys to take out.", of: "keys") var rmSk: [String] = []

    /// The edits these options ask for.
    var edits: ListEdits { ValueForms.edits(add: sk, remove: rmSk) }
}
