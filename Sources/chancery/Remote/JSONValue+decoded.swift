import Claims
import FoundationEssentials

extension JSONValue {
    /// What commands answer machines with, from the answer of a service.
    func decoded<Value: Decodable>(_: Value.Type = Value.self) throws -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(jsonText.utf8)) } catch {
            throw CommandFailure(
                message: "the service answered something else than was asked for",
                remedy: "it may be of another version: compare \"chancery --version\" on both sides")
        }
    }
}
