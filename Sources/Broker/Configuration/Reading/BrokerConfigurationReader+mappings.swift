import Subjects

extension BrokerConfigurationReader {
    /// Subjects, each with one destination or several.
    mutating func readMappings(_ entry: Entry) -> [MappingConfiguration] {
        var mappings: [MappingConfiguration] = []
        for member in section(entry, example: "{ a.*: b.$1 }")?.entries ?? [] {
            do { _ = try Pattern(member.key) } catch {
                report(
                    .wrongValue, at: member.position, "\"\(member.key)\" is no subject: \(error)",
                    remedy: "write one such as orders.*.new or orders.>")
                continue
            }
            let destinations: [(MappingConfiguration.Destination, ConfigurationValue)]
            switch member.value.content {
            case .string(let text): destinations = [(.init(subject: text), member.value)]
            case .map(let map):
                destinations = readDestination(map, member.value).map { [($0, member.value)] } ?? []
            case .array(let values): destinations = readDestinations(values)
            case .integer, .float, .boolean, .date:
                wrong(member, "a subject, or a list of destinations", example: "\"b\"")
                continue
            }
            check(destinations, of: member)
            mappings.append(.init(source: member.key, destinations: destinations.map(\.0)))
        }
        return mappings
    }

    private mutating func readDestinations(
        _ values: [ConfigurationValue]
    ) -> [(MappingConfiguration.Destination, ConfigurationValue)] {
        var destinations: [(MappingConfiguration.Destination, ConfigurationValue)] = []
        for value in values {
            guard case .map(let map) = value.content else {
                wrong(
                    value, "a destination is a section in braces",
                    remedy: "write { destination: \"b\", weight: 50% }")
                continue
            }
            if let destination = readDestination(map, value) { destinations.append((destination, value)) }
        }
        return destinations
    }

    private mutating func readDestination(
        _ map: ConfigurationMap, _ value: ConfigurationValue
    ) -> MappingConfiguration.Destination? {
        var (subject, weight, cluster): (String?, Int?, String?) = (nil, nil, nil)
        var hasWeight = false
        readMembers(of: map, .destination) { reader, entry, key in
            switch key {
            case "destination": subject = reader.nonEmptyText(entry)
            case "weight":
                hasWeight = true
                weight = reader.percentage(entry, in: 0...100)
            default: cluster = reader.nonEmptyText(entry)
            }
        }
        guard hasWeight, let subject else {
            report(
                .missingKey, at: value.position, "a destination has a subject and a weight",
                remedy: "write { destination: \"b\", weight: 100% }")
            return nil
        }
        return weight.map { .init(subject: subject, weight: $0, cluster: cluster) }
    }

    private mutating func check(
        _ destinations: [(destination: MappingConfiguration.Destination, value: ConfigurationValue)], of member: Entry
    ) {
        var weights: [String?: Int] = [:]
        var subjects: Set<String> = []
        for (destination, value) in destinations {
            if !subjects.insert(destination.subject).inserted {
                report(
                    .conflict, at: value.position, "\"\(destination.subject)\" is a destination twice",
                    remedy: "remove one of them")
            }
            let total = weights[destination.cluster, default: 0] + destination.weight
            weights[destination.cluster] = total
            if total > 100 {
                report(
                    .wrongValue, at: value.position, "the weights make \(total) %, which is more than 100 %",
                    remedy: "lower them")
            }
            if let fault = MappingDestination.fault(of: destination.subject, from: member.key) {
                wrong(value, "\"\(destination.subject)\": \(fault.message)", remedy: fault.remedy)
            }
        }
    }
}
