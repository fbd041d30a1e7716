import Subjects

extension AccessGraph.Account {
    /// What anybody hears who may answer; everything where that cannot be worked out.
    func heard() -> SubjectSet {
        do throws(SubjectsTooLarge) {
            var sets: [SubjectSet] = []
            for role in roles {
                let bound = try role.bound()
                let publishesNothing = try bound.publish.isEmpty()
                guard bound.mayRespond || !publishesNothing else { continue }
                sets.append(try bound.received())
            }
            // In pairs, so that each is joined a few times only.
            while sets.count > 1 {
                var joined: [SubjectSet] = []
                for index in stride(from: 0, to: sets.count, by: 2) {
                    joined.append(index + 1 < sets.count ? try sets[index].union(sets[index + 1]) : sets[index])
                }
                sets = joined
            }
            return sets.first ?? .nothing
        } catch { return .everything }
    }
}
