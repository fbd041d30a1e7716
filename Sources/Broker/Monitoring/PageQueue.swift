/// The pages that are asked for, of which one is made at a time, so that no number of askers takes the loops' time from
/// everybody else. Those who ask wait by account, and the accounts take turns. Confined to the control plane's loop.
final class PageQueue {
    /// Makes a page, and calls back once, when it is done or has failed.
    typealias Work = (_ whenDone: @escaping () -> Void) -> Void

    /// How many may wait, of one account and altogether.
    private let mostOfOne: Int
    private let most: Int
    private var waiting: [Int: [Work]] = [:]
    /// The accounts that wait, the next one first.
    private var turns: [Int] = []
    private var count = 0
    private var isBusy = false

    init(mostOfOne: Int, most: Int) {
        self.mostOfOne = mostOfOne
        self.most = most
    }

    /// Makes a page as soon as it is an account's turn.
    ///
    /// - Returns: whether there was room; otherwise nothing will be made.
    func add(for account: Int, _ work: @escaping Work) -> Bool {
        guard isBusy else {
            begin(work)
            return true
        }
        let others = waiting[account]?.count ?? 0
        guard count < most, others < mostOfOne else { return false }
        if others == 0 { turns.append(account) }
        waiting[account, default: []].append(work)
        count += 1
        return true
    }

    private func begin(_ work: Work) {
        isBusy = true
        work { [self] in
            isBusy = false
            if let next = takeNext() { begin(next) }
        }
    }

    private func takeNext() -> Work? {
        guard !turns.isEmpty else { return nil }
        let account = turns.removeFirst()
        guard var works = waiting[account], !works.isEmpty else { return nil }
        let work = works.removeFirst()
        count -= 1
        waiting[account] = works.isEmpty ? nil : works
        if !works.isEmpty { turns.append(account) }
        return work
    }
}
