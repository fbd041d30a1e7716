import NKeys
import TestSupport

@testable import Claims

/// Random claims in the form that reading gives: lists sorted, one entry a key.
struct ClaimsGenerator {
    var random: SeededGenerator
    let keys: [KeyKind: KeyPair] = Dictionary(uniqueKeysWithValues: KeyKind.allCases.map { ($0, .generate($0)) })

    init(_ random: SeededGenerator) { self.random = random }

    mutating func text() -> String { .random(&random) }
    mutating func texts() -> [String] { (0..<Int.random(in: 0...3, using: &random)).map { _ in text() } }
    mutating func flag() -> Bool { .random(using: &random) }
    mutating func number() -> Int64 {
        [0, -1, 1, .max, .min, Int64(truncatingIfNeeded: random.next())].randomElement(using: &random) ?? 0
    }

    func name(_ kind: KeyKind) -> String { keys[kind]?.publicKey.text ?? "" }

    mutating func claims() -> any ClaimSet {
        var claims: any ClaimSet
        switch Int.random(in: 0..<7, using: &random) {
        case 0: claims = operatorClaims()
        case 1: claims = accountClaims()
        case 2: claims = userClaims()
        case 3: claims = activationClaims()
        case 4: claims = requestClaims()
        case 5: claims = responseClaims()
        default: claims = genericClaims()
        }
        claims.common.audience = text()
        claims.name = text()
        claims.expires = number()
        claims.notBefore = number()
        return claims
    }

    /// A pair that may sign the claims.
    func signer(of claims: any ClaimSet) -> KeyPair? {
        switch claims.kind {
        case .operator: keys[.operator]
        case .authorizationRequest: keys[.server]
        default: keys[.account]
        }
    }

    private mutating func operatorClaims() -> OperatorClaims {
        var claims = OperatorClaims(subject: name(.operator))
        claims.tags = texts()
        claims.signingKeys = texts()
        claims.serviceURLs = texts()
        claims.systemAccount = text()
        claims.assertServerVersion = text()
        claims.strictSigningKeyUsage = flag()
        return claims
    }

    private mutating func accountClaims() -> AccountClaims {
        var claims = AccountClaims(subject: name(.account))
        claims.tags = texts()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            claims.imports.append(importValue())
            claims.exports.append(exportValue())
            claims.setSigningKey(flag() ? .key(text()) : .scope(scope()))
            claims.mappings[text()] = [
                WeightedMapping(subject: text(), weight: .random(in: 0...255, using: &random), cluster: text())
            ]
            claims.revocations.entries[text()] = number()
        }
        claims.imports.sort { $0.subject.utf8.lexicographicallyPrecedes($1.subject.utf8) }
        claims.exports.sort { $0.subject.utf8.lexicographicallyPrecedes($1.subject.utf8) }
        claims.signingKeys.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        claims.limits = limits()
        claims.defaultPermissions = permissions()
        claims.authorization.users = texts()
        claims.authorization.allowedAccounts = texts()
        claims.authorization.xkey = text()
        if flag() { claims.trace = MessageTrace(destination: text(), sampling: Int(number())) }
        claims.clusterTraffic = text()
        claims.description = text()
        claims.infoURL = text()
        return claims
    }

    private mutating func importValue() -> Import {
        var value = Import(
            name: text(), subject: text(), account: text(), token: text(), localSubject: text(),
            type: [.unknown, .stream, .service].randomElement(using: &random) ?? .unknown)
        value.to = text()
        value.share = flag()
        value.allowTrace = flag()
        return value
    }

    private mutating func exportValue() -> Export {
        var value = Export(
            name: text(), subject: text(),
            type: [.unknown, .stream, .service].randomElement(using: &random) ?? .unknown,
            tokenRequired: flag())
        value.revocations.entries[text()] = number()
        value.responseType.rawValue = text()
        value.responseThreshold = number()
        if flag() { value.latency = ServiceLatency(sampling: .random(in: 0...100, using: &random), results: text()) }
        value.accountTokenPosition = UInt(truncatingIfNeeded: random.next())
        value.advertise = flag()
        value.allowTrace = flag()
        value.description = text()
        value.infoURL = text()
        return value
    }

    private mutating func limits() -> AccountLimits {
        var limits = AccountLimits()
        limits.subscriptions = number()
        limits.data = number()
        limits.payload = number()
        limits.imports = number()
        limits.exports = number()
        limits.wildcardExports = flag()
        limits.disallowBearer = flag()
        limits.connections = number()
        limits.leafNodeConnections = number()
        if flag() { limits.jetStream = jetStream() } else { limits.tieredJetStream[text()] = jetStream() }
        return limits
    }

    private mutating func jetStream() -> JetStreamLimits {
        var limits = JetStreamLimits()
        limits.memoryStorage = number()
        limits.diskStorage = number()
        limits.streams = number()
        limits.consumers = number()
        limits.maxAckPending = number()
        limits.memoryMaxStreamBytes = number()
        limits.diskMaxStreamBytes = number()
        limits.maxBytesRequired = flag()
        return limits
    }

    private mutating func permissions() -> Permissions {
        var permissions = Permissions(
            publish: Permission(allow: texts(), deny: texts()), subscribe: Permission(allow: texts(), deny: texts()))
        if flag() { permissions.response = ResponsePermission(maxMessages: Int(number()), expires: number()) }
        return permissions
    }

    private mutating func userLimits() -> UserPermissionLimits {
        var limits = UserPermissionLimits()
        limits.permissions = permissions()
        limits.sources = texts()
        if flag() { limits.times = [TimeRange(start: text(), end: text())] }
        limits.timeZone = text()
        limits.subscriptions = number()
        limits.data = number()
        limits.payload = number()
        limits.bearerToken = flag()
        limits.proxyRequired = flag()
        limits.allowedConnectionTypes = texts()
        return limits
    }

    private static func exact(_ number: Int64) -> Int64 {
        (-9_007_199_254_740_992...9_007_199_254_740_992).contains(number) ? number : number >> 11
    }

    private mutating func scope() -> UserScope {
        var template = userLimits()
        // In a template an absent limit means unlimited, so that 0 does not come back.
        if template.subscriptions == 0 { template.subscriptions = 1 }
        if template.data == 0 { template.data = 1 }
        if template.payload == 0 { template.payload = 1 }
        // Larger numbers would come back as others, and are not written.
        for number in [\UserPermissionLimits.subscriptions, \.data, \.payload] {
            template[keyPath: number] = Self.exact(template[keyPath: number])
        }
        if let response = template.permissions.response {
            template.permissions.response = ResponsePermission(
                maxMessages: Int(Self.exact(Int64(response.maxMessages))), expires: Self.exact(response.expires))
        }
        return UserScope(key: text(), role: text(), template: template, description: text())
    }

    private mutating func userClaims() -> UserClaims {
        var claims = UserClaims(subject: name(.user), limits: userLimits())
        claims.tags = texts()
        claims.issuerAccount = text()
        return claims
    }

    private mutating func activationClaims() -> ActivationClaims {
        var claims = ActivationClaims(subject: name(.account))
        claims.tags = texts()
        claims.importSubject = text()
        claims.importType = [.unknown, .stream, .service].randomElement(using: &random) ?? .unknown
        claims.issuerAccount = text()
        return claims
    }

    private mutating func requestClaims() -> AuthorizationRequestClaims {
        var claims = AuthorizationRequestClaims(subject: name(.user))
        claims.tags = texts()
        claims.server.name = text()
        claims.server.tags = texts()
        claims.server.xkey = text()
        claims.userKey = text()
        claims.client.id = random.next()
        claims.client.host = text()
        claims.client.mqttID = text()
        claims.connectOptions.password = text()
        claims.connectOptions.protocolVersion = Int(number())
        if flag() {
            var tls = ClientTLS()
            tls.version = text()
            tls.certificates = texts()
            if flag() { tls.verifiedChains = [texts(), texts()] }
            claims.tls = tls
        }
        claims.requestNonce = text()
        return claims
    }

    private mutating func responseClaims() -> AuthorizationResponseClaims {
        var claims = AuthorizationResponseClaims(subject: name(.user))
        claims.tags = texts()
        claims.jwt = text()
        claims.error = text()
        claims.issuerAccount = text()
        return claims
    }

    private mutating func genericClaims() -> GenericClaims {
        var claims = GenericClaims(subject: "s" + text(), type: "receipt")
        if case .object(let members) = JSONValue.random(&random, depth: 3) {
            for (name, value) in members where claims.data[name] == nil { claims.data[name] = value }
        }
        return claims
    }
}
