import CSodium

/// Whether two byte strings are equal, in a time that depends on their lengths only.
public func constantTimeEquals(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count else { return false }
    guard let first = one.baseAddress, let second = other.baseAddress, one.count > 0 else { return true }
    return sodium_memcmp(first, second, one.count) == 0
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
public func constantTimeEquals(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    one.withUnsafeBytes { one in other.withUnsafeBytes { other in constantTimeEquals(one, other) } }
}
