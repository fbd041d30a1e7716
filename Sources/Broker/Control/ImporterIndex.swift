import Claims

/// Which accounts import from which, so that a change of one account looks at nobody else's imports.
struct ImporterIndex {
    /// The numbers of the importing accounts, by the exporter as imports name it.
    private var importers: [String: Set<Int>] = [:]

    /// The accounts whose imports name this one.
    subscript(exporter: String) -> Set<Int> { importers[exporter] ?? [] }

    /// Notes that an account has other imports than before.
    mutating func replace(_ former: [Import], with present: [Import], of importer: Int) {
        let (former, present) = (Set(former.map(\.account)), Set(present.map(\.account)))
        for exporter in former.subtracting(present) {
            importers[exporter]?.remove(importer)
            if importers[exporter]?.isEmpty ?? false { importers[exporter] = nil }
        }
        for exporter in present.subtracting(former) { importers[exporter, default: []].insert(importer) }
    }
}
