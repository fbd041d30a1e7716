import ArgumentParser

// The shapes that options have again and again: an option says which shape it has, and what it is for.

extension Option where Value == Int64? {
    /// A number: `100`, `1k`, `10mib`, or -1 for no limit.
    init(name: NameSpecification = .long, number help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "number"),
            transform: ValueForms.number)
    }

    /// A number of replicas.
    init(name: NameSpecification = .long, replicas help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "replicas"),
            transform: ValueForms.replicas)
    }

    /// A point in time, as a date or so long from now.
    init(name: NameSpecification = .long, time help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "time"),
            transform: ValueForms.time)
    }

    /// A point in time, of which `0` is the present.
    init(name: NameSpecification = .long, moment help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "time"),
            transform: ValueForms.moment)
    }

    /// A duration in nanoseconds.
    init(name: NameSpecification = .long, duration help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "duration"),
            transform: ValueForms.duration)
    }
}

extension Option where Value == Bool? {
    /// Yes or no; ``ArgumentForms`` lets the value be left out for yes.
    init(name: NameSpecification = .long, truth help: String, visibility: ArgumentVisibility = .default) {
        self.init(
            name: name, help: ArgumentHelp(help, valueName: "=true|false", visibility: visibility),
            transform: ValueForms.flag)
    }
}

extension Option where Value == [String] {
    /// Entries; the option may be repeated, and each time give several between commas.
    init(wrappedValue: [String], name: NameSpecification = .long, list help: String, of entries: String) {
        self.init(
            wrappedValue: wrappedValue, name: name, parsing: .unconditionalSingleValue,
            help: ArgumentHelp(help, valueName: entries), transform: ValueForms.entries)
    }
}

extension Option where Value == String? {
    /// A text.
    init(name: NameSpecification = .long, text help: String, as value: String) {
        self.init(name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: value))
    }

    /// A file to write to.
    init(name: NameSpecification = .long, file help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "file"), completion: .file())
    }

    /// A folder.
    init(name: NameSpecification = .long, folder help: String) {
        self.init(
            name: name, parsing: .unconditional, help: ArgumentHelp(help, valueName: "dir"), completion: .directory)
    }
}
