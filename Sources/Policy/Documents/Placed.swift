/// Something that stands in a policy file, with its place.
public struct Placed<Value: Sendable>: Sendable {
    public let value: Value
    public let position: PolicyPosition

    init(_ value: Value, _ position: PolicyPosition) {
        self.value = value
        self.position = position
    }
}

extension Placed: Equatable where Value: Equatable {}
extension Placed: Hashable where Value: Hashable {}
