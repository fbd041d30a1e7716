import Synchronization

/// What a listener, of clients or of monitoring, asks of those who connect from now on: a reload replaces it, for those who
/// are connected it stays.
final class ListenerTerms<Terms: Sendable>: Sendable {
    private let terms: Mutex<Terms>

    init(_ terms: Terms) {
        self.terms = Mutex(terms)
    }

    var present: Terms { terms.withLock { $0 } }

    func replace(_ terms: Terms) {
        self.terms.withLock { $0 = terms }
    }
}
