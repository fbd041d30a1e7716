import Subjects

extension BrokerConfigurationReader {
    // MARK: Exports

    mutating func readExports(_ entry: Entry) -> [(ExportConfiguration, ConfigurationPosition)] {
        var exports: [(ExportConfiguration, ConfigurationPosition)] = []
        for value in list(entry, example: "[{ stream: \"a.>\" }]") ?? [] {
            guard case .map(let map) = value.content else {
                wrong(value, "an export is a section in braces", remedy: "write { stream: \"a.>\" }")
                continue
            }
            if let export = readExport(map, value.position) { exports.append((export, value.position)) }
        }
        return exports
    }

    private mutating func readExport(_ map: ConfigurationMap, _ position: ConfigurationPosition) -> ExportConfiguration?
    {
        var found: [String: Entry] = [:]
        readMembers(of: map, .export) { _, entry, key in found[key] = entry }
        guard let (kind, subject) = shared(found, position) else { return nil }
        guard let text = text(subject), let pattern = pattern(text, subject.value) else { return nil }
        var export = ExportConfiguration(kind: kind, subject: text)
        if let entry = found["accounts"] { export.accounts = importers(entry) }
        if let entry = found["account_token_position"] {
            export.accountTokenPosition = tokenPosition(entry, pattern)
        }
        for key in ["response_type", "response_threshold", "latency", "allow_trace"] {
            guard let entry = found[key] else { continue }
            guard kind == .service else {
                report(
                    .conflict, at: entry.position, "\"\(entry.key)\" is for services, and this is a stream",
                    remedy: "remove it")
                continue
            }
            switch key {
            case "response_type": export.responseType = responseType(entry) ?? .singleton
            case "response_threshold":
                export.responseThreshold = textualDuration(entry).flatMap { $0 == .zero ? nil : $0 }
            case "latency": export.latency = latency(entry)
            default: export.allowsTrace = flag(entry) ?? false
            }
        }
        if let entry = found["latency"], export.latency != nil, export.responseType != .singleton {
            report(
                .conflict, at: entry.position, "only a service that answers once can be measured",
                remedy: "remove latency, or response_type")
        }
        return export
    }

    /// What is shared: exactly one of a stream and a service.
    private mutating func shared(
        _ found: [String: Entry], _ position: ConfigurationPosition
    ) -> (SharingKind, Entry)? {
        switch (found["stream"], found["service"]) {
        case (let stream?, nil): return (.stream, stream)
        case (nil, let service?): return (.service, service)
        case (nil, nil):
            report(
                .missingKey, at: position, "this shares nothing", remedy: "write stream or service, and what it is")
        case (_?, let service?):
            report(
                .conflict, at: service.position, "this is a stream and a service at once",
                remedy: "write them as two entries")
        }
        return nil
    }

    private mutating func importers(_ entry: Entry) -> [String]? {
        guard let texts = texts(entry, example: "[A, B]") else { return nil }
        if texts.isEmpty, case .array(let values) = entry.value.content, values.isEmpty {
            wrong(
                entry.value, "an empty list of accounts would let every account import this",
                remedy: "name accounts, or remove \"\(entry.key)\" to share it with all")
        }
        return texts.map(\.text)
    }

    private mutating func tokenPosition(_ entry: Entry, _ subject: Pattern) -> Int {
        guard let position = integer(entry, in: 0...255), position > 0 else { return 0 }
        guard position <= subject.tokens.count, subject.tokens[position - 1] == .any else {
            wrong(
                entry.value, "token \(position) of \"\(subject)\" is no *",
                remedy: "name the place of the * that is the importing account, counted from 1")
            return 0
        }
        return position
    }

    private mutating func responseType(_ entry: Entry) -> ExportConfiguration.ResponseType? {
        guard let word = text(entry) else { return nil }
        switch word.lowercased() {
        case "single", "singleton": return .singleton
        case "stream": return .stream
        case "chunk", "chunked": return .chunked
        default:
            wrong(
                entry.value, "\"\(word)\" is no kind of response", remedy: "write singleton, stream or chunked")
            return nil
        }
    }

    /// A subject, or a section with a subject and how many requests are measured.
    private mutating func latency(_ entry: Entry) -> ExportConfiguration.Latency? {
        if case .string(let text) = entry.value.content {
            return literal(text, entry.value) ? .init(subject: text) : nil
        }
        guard let map = section(entry, example: "{ sampling: 100, subject: \"latency.svc\" }") else { return nil }
        var (subject, sampling): (String?, Int?) = (nil, 100)
        var hasSubject = false
        readMembers(of: map, .latency) { reader, entry, key in
            if key == "subject" {
                hasSubject = true
                subject = reader.text(entry).flatMap { reader.literal($0, entry.value) ? $0 : nil }
            } else if case .string(let text) = entry.value.content, Self.trimmed(text).lowercased() == "headers" {
                sampling = nil
            } else {
                sampling = reader.percentage(entry, in: 1...100)
            }
        }
        if !hasSubject {
            report(
                .missingKey, at: entry.position, "\"\(entry.key)\" needs a subject for what is measured",
                remedy: "write subject: \"latency.svc\"")
        }
        guard let subject else { return nil }
        var latency = ExportConfiguration.Latency(subject: subject)
        latency.sampling = sampling
        return latency
    }

    // MARK: Imports

    mutating func readImports(_ entry: Entry) -> [(ImportConfiguration, ConfigurationPosition)] {
        var imports: [(ImportConfiguration, ConfigurationPosition)] = []
        for value in list(entry, example: "[{ stream: { account: A, subject: \"a.>\" } }]") ?? [] {
            guard case .map(let map) = value.content else {
                wrong(
                    value, "an import is a section in braces",
                    remedy: "write { stream: { account: A, subject: \"a.>\" } }")
                continue
            }
            if let use = readImport(map, value.position) { imports.append((use, value.position)) }
        }
        return imports
    }

    private mutating func readImport(_ map: ConfigurationMap, _ position: ConfigurationPosition) -> ImportConfiguration?
    {
        var found: [String: Entry] = [:]
        readMembers(of: map, .import) { _, entry, key in found[key] = entry }
        guard let (kind, entry) = shared(found, position), let source = importSource(entry) else { return nil }
        var use = ImportConfiguration(kind: kind, account: source.account, subject: source.subject)
        use.localSubject = found["to"].flatMap { nonEmptyText($0) }
        use.prefix = found["prefix"].flatMap { nonEmptyText($0) }.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
        use.shares = found["share"].flatMap { flag($0) } ?? false
        use.allowsTrace = found["allow_trace"].flatMap { flag($0) } ?? false
        if let trace = found["allow_trace"], kind == .service {
            report(
                .conflict, at: trace.position, "\"\(trace.key)\" is for streams, and this is a service",
                remedy: "a service's export says it")
        }
        for (key, other) in [("prefix", SharingKind.service), ("share", .stream)] {
            guard let entry = found[key], kind == other else { continue }
            warn(
                .withoutEffect, at: entry.position, "\"\(entry.key)\" does nothing for a \(kind)",
                remedy: "remove it")
        }
        if kind == .service { use.prefix = nil } else { use.shares = false }
        if let prefix = found["prefix"], use.prefix != nil, use.localSubject != nil {
            report(
                .conflict, at: prefix.position, "an import has a prefix or another subject, not both",
                remedy: "keep prefix or to")
            use.prefix = nil
        }
        checkRenaming(use, found["to"] ?? found["prefix"] ?? entry)
        return use
    }

    private mutating func importSource(_ entry: Entry) -> (account: String, subject: String)? {
        guard let map = section(entry, example: "{ account: A, subject: \"a.>\" }") else { return nil }
        var (account, subject): (String?, Entry?) = (nil, nil)
        readMembers(of: map, .importSource) { reader, entry, key in
            if key == "account" { account = reader.nonEmptyText(entry) } else { subject = entry }
        }
        guard let account, let subject else {
            report(
                .missingKey, at: entry.position, "an import names an account and a subject there",
                remedy: "write { account: A, subject: \"a.>\" }")
            return nil
        }
        guard let text = text(subject), pattern(text, subject.value) != nil else { return nil }
        return (account, text)
    }

    /// Whether the subject can be renamed as the import wants it.
    private mutating func checkRenaming(_ use: ImportConfiguration, _ entry: Entry) {
        if let prefix = use.prefix {
            _ = literal(prefix, entry.value)
        } else if let local = use.localSubject {
            do { _ = try SubjectTransform(from: use.subject, to: local) } catch {
                wrong(entry.value, "\(error)", remedy: "write a subject with the same wildcards")
            }
        }
    }
}
