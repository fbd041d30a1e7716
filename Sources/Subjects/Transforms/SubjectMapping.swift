/// One subject mapping of an account: a source, and where its messages go, by shares and perhaps by cluster.
///
/// A share is a part of 100. If the shares do not sum to 100, the rest of the messages keeps its subject; but if the source
/// is itself listed as a destination, the rest is lost. In a cluster that destinations are listed for, only these count;
/// everywhere else only those without a cluster.
public struct SubjectMapping: Sendable, Hashable {
    /// What a mapping lists.
    public struct Destination: Sendable, Hashable {
        public let subject: String
        /// From 0 to 100.
        public let weight: Int
        /// The cluster that it holds for; empty for everywhere.
        public let cluster: String

        public init(_ subject: String, weight: Int = 100, cluster: String = "") {
            self.subject = subject
            self.weight = weight
            self.cluster = cluster
        }
    }

    /// What becomes of a part of the messages.
    public struct Share: Sendable, Hashable {
        /// How many of 100 messages.
        public let percent: Int
        /// Nil where they are lost.
        public let transform: SubjectTransform?
    }

    public let source: Pattern
    private let shares: [Share]
    private let clusters: [String: [Share]]

    /// - Throws: ``SubjectMappingError`` for a text that is wrong, a weight that is not from 0 to 100, weights of one cluster
    ///   that sum to more than 100, and a destination that is listed twice.
    public init(from source: String, to destinations: [Destination]) throws(SubjectMappingError) {
        let from: Pattern
        do { from = try Pattern(source) } catch {
            throw SubjectMappingError(
                .transform(SubjectTransformError(.malformed(error), in: source, .source, token: nil)))
        }
        var sums: [String: Int] = [:]
        var seen: Set<String> = []
        var clusters: [String: [Share]] = [:]
        for (number, destination) in destinations.enumerated() {
            guard seen.insert(destination.subject).inserted else { throw SubjectMappingError(.duplicate, number) }
            guard (0...100).contains(destination.weight) else { throw SubjectMappingError(.weight, number) }
            let sum = sums[destination.cluster, default: 0] + destination.weight
            guard sum <= 100 else { throw SubjectMappingError(.sum, number) }
            sums[destination.cluster] = sum
            let transform: SubjectTransform
            do { transform = try SubjectTransform(from: source, to: destination.subject, for: .mapping) } catch {
                throw SubjectMappingError(.transform(error), number)
            }
            clusters[destination.cluster, default: []].append(Share(percent: destination.weight, transform: transform))
        }
        let rest = seen.contains(source) ? nil : SubjectTransform(identity: from)
        for (cluster, shares) in clusters {
            clusters[cluster] = shares + [Share(percent: 100 - (sums[cluster] ?? 0), transform: rest)]
        }
        self.source = from
        shares = clusters.removeValue(forKey: "") ?? [Share(percent: 100, transform: rest)]
        self.clusters = clusters
    }

    /// What becomes of the messages in a cluster, or in a server that is in none: shares that sum to 100, none of them 0.
    public func shares(inCluster cluster: String = "") -> [Share] {
        (clusters[cluster] ?? shares).filter { $0.percent > 0 }
    }

    /// The share that a message falls to.
    ///
    /// - Parameter roll: a random number from 0 to 99.
    public func share(inCluster cluster: String = "", roll: Int) -> Share {
        var rest = roll
        let shares = clusters[cluster] ?? shares
        for share in shares {
            rest -= share.percent
            if rest < 0 { return share }
        }
        return Share(percent: 0, transform: nil)
    }

    /// Where messages on subjects of the set can go; those that keep their subject included, those outside the source not.
    public func image(of set: SubjectSet, inCluster cluster: String = "") throws(SubjectsTooLarge) -> SubjectBound {
        var effort = Effort()
        return try image(of: set, inCluster: cluster, &effort)
    }

    package func image(
        of set: SubjectSet, inCluster cluster: String, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> SubjectBound {
        var result = SubjectBound(.nothing, isExact: true)
        for share in shares(inCluster: cluster) {
            guard let transform = share.transform else { continue }
            result = try result.union(transform.image(of: set, &effort), &effort)
        }
        return result
    }

    /// Which subjects of the source can come out as one of the set.
    package func preimage(
        of set: SubjectSet, inCluster cluster: String, _ effort: inout Effort
    ) throws(SubjectsTooLarge) -> SubjectBound {
        var result = SubjectBound(.nothing, isExact: true)
        for share in shares(inCluster: cluster) {
            guard let transform = share.transform else { continue }
            result = try result.union(transform.preimage(of: set, &effort), &effort)
        }
        return result
    }
}

/// Why a mapping cannot be used.
public struct SubjectMappingError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Fault: Sendable, Hashable {
        case transform(SubjectTransformError)
        case weight
        case sum
        case duplicate
    }

    public let fault: Fault
    /// Which destination, counted from 0; nil for the source.
    public let destination: Int?

    init(_ fault: Fault, _ destination: Int? = nil) {
        self.fault = fault
        self.destination = destination
    }

    public var description: String {
        switch fault {
        case .transform(let error): "\(error)"
        case .weight: "a destination's weight is a whole number from 0 to 100"
        case .sum: "the weights of a mapping's destinations sum to more than 100 in one cluster"
        case .duplicate: "a mapping lists the same destination twice; add up the weights"
        }
    }
}
