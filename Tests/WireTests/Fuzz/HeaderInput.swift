import Wire

/// What must hold for any bytes that are taken for a header block.
enum HeaderInput {
    static func fault(in block: [UInt8]) -> String? {
        guard let headers = try? Headers(block: block), !headers.isEmpty else { return nil }
        guard let again = try? Headers(block: headers.block), again == headers else {
            return "headers that were written read as others"
        }
        return nil
    }
}
