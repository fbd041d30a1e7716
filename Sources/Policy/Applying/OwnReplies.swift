/// The keys of roles whose answers go only to what whoever asks may subscribe to (rule S16), on both sides of a change.
///
/// It is no part of any claim; servers other than the broker let every role's answers go anywhere.
public struct OwnReplies: Sendable, Hashable {
    public var old: Set<String>
    public var new: Set<String>

    public init(old: Set<String> = [], new: Set<String> = []) { (self.old, self.new) = (old, new) }

    func changes(_ key: String) -> Bool { old.contains(key) != new.contains(key) }

    var isEmpty: Bool { old.isEmpty && new.isEmpty }
}
