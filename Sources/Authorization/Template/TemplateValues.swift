/// What one principal holds by itself in one block of memory: the values that fill its role's templates, and behind them
/// whatever else it has to keep, the trailer.
///
/// One block of bytes: the number of slots; for each slot the number of its first value, and one number more; for each
/// value where it begins, and where the last one ends; then the bytes of the values, those of one slot in order, and the
/// trailer. A slot may have no value; its entries then match nothing.
struct TemplateValues: Sendable, Hashable {
    static let none = TemplateValues([])

    private var block: [UInt8]

    /// - Parameter slots: the values of each slot, different ones, in the order of their bytes.
    init(_ slots: [[[UInt8]]]) {
        let count = slots.reduce(0) { $0 + $1.count }
        let head = (slots.count + count + 3) * 4
        var block: [UInt8] = []
        block.reserveCapacity(head + slots.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } })
        func append(_ number: Int) {
            for shift in [0, 8, 16, 24] { block.append(UInt8(truncatingIfNeeded: number >> shift)) }
        }
        var first = 0
        append(slots.count)
        append(first)
        for slot in slots {
            first += slot.count
            append(first)
        }
        var end = head
        append(end)
        for value in slots.joined() {
            end += value.count
            append(end)
        }
        for value in slots.joined() { block.append(contentsOf: value) }
        self.block = block
    }

    /// The same values with a trailer behind them.
    func with(trailer: [UInt8]) -> TemplateValues {
        // Of exactly the size that is needed: there is one for every connection.
        var whole: [UInt8] = []
        whole.reserveCapacity(trailerStart + trailer.count)
        whole.append(contentsOf: block[..<trailerStart])
        whole.append(contentsOf: trailer)
        var copy = TemplateValues.none
        copy.block = whole
        return copy
    }

    var trailer: [UInt8] { Array(block[trailerStart...]) }

    /// Where the last value ends.
    private var trailerStart: Int {
        let slots = number(0)
        return number(slots + 2 + number(slots + 1))
    }

    /// How many bytes the block takes.
    var size: Int { block.count }

    @inline(__always)
    private func number(_ index: Int) -> Int {
        Int(UInt32(littleEndian: block.span.bytes.unsafeLoadUnaligned(fromByteOffset: index &* 4, as: UInt32.self)))
    }

    /// The numbers of a slot's values.
    @inline(__always)
    func indices(_ slot: Int) -> Range<Int> {
        number(slot + 1)..<number(slot + 2)
    }

    /// Where a value's bytes are.
    @inline(__always)
    private func place(_ value: Int) -> Range<Int> {
        let table = number(0) + 2
        return number(table + value)..<number(table + value + 1)
    }

    func bytes(_ value: Int) -> [UInt8] { Array(block[place(value)]) }

    /// The values of a slot, as texts.
    func texts(_ slot: Int) -> [String] {
        indices(slot).map { String(decoding: block[place($0)], as: UTF8.self) }
    }

    @inline(__always)
    func count(_ value: Int) -> Int { place(value).count }

    /// Whether a value is the bytes of a subject from `start` to `end`.
    @inline(__always)
    func isEqual(_ value: Int, _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let place = place(value)
        guard place.count == end - start else { return false }
        let bytes = block.span
        for index in 0..<place.count where bytes[place.lowerBound + index] != subject[start + index] { return false }
        return true
    }

    /// Whether the bytes of a subject from `start` to `end` are a value of a slot.
    @inline(__always)
    func contains(_ slot: Int, _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var range = indices(slot)
        while range.count > 1 {
            let middle = range.lowerBound + range.count / 2
            if isOrdered(middle, subject, start, end) {
                range = middle..<range.upperBound
            } else {
                range = range.lowerBound..<middle
            }
        }
        return !range.isEmpty && isEqual(range.lowerBound, subject, start, end)
    }

    /// Whether a value is not behind the bytes of a subject in their order.
    private func isOrdered(_ value: Int, _ subject: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let place = place(value)
        let bytes = block.span
        for index in 0..<min(place.count, end - start) {
            let (own, other) = (bytes[place.lowerBound + index], subject[start + index])
            if own != other { return own < other }
        }
        return place.count <= end - start
    }
}
