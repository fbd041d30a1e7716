extension JSONValue {
    /// Reads one JSON value, by the same bounded rules as claims are read; nil when the text is not exactly one.
    public init?(parsing text: [UInt8]) {
        let value = text.withUnsafeBytes { bytes -> JSONValue? in
            var reader = JSONReader(bytes)
            guard let value = try? reader.value(), (try? reader.expectEnd()) != nil else { return nil }
            return value
        }
        guard let value else { return nil }
        self = value
    }

    /// The value as JSON in one line, with the names of objects in byte order.
    public var jsonText: String {
        var writer = JSONWriter()
        writer.write(self)
        return writer.text
    }
}
