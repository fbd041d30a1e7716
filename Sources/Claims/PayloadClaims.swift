/// Claims of a type that NATS knows, as they stand in a token's payload.
protocol PayloadClaims: ClaimSet, JSONObjectReadable {
    var formatVersion: Int { get set }
    /// The text of `nats.type` as it was read.
    var typeText: String { get set }

    /// What an empty token of the older format means.
    static var emptyVersion1: Self { get }

    /// Reads a member of `nats` in the older format; by default nothing is known there.
    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError)

    /// Takes over what the older format had beside `nats`.
    mutating func migrate(issuerAccount: String)

    /// Writes the members of `nats`, without the last three that all types share.
    func writeMembers(to writer: inout JSONWriter)
}

extension PayloadClaims {
    static var emptyVersion1: Self { Self() }
    mutating func migrate(issuerAccount: String) {}

    mutating func readVersion1Member(_ name: String, from reader: inout JSONReader) throws(ClaimsError) {
        try readMember(name, from: &reader)
    }

    /// Reads a payload of the current format.
    static func read(payload text: UnsafeRawBufferPointer) throws(ClaimsError) -> Self {
        var claims = Self()
        claims.typeText = ""
        claims.formatVersion = 0
        var reader = JSONReader(text)
        if try reader.beginObject() {
            while let name = try reader.nextMember() {
                if try claims.common.readMember(name, from: &reader) { continue }
                if name == "nats" { try claims.readBody(from: &reader) } else { try reader.skip() }
            }
        }
        try reader.expectEnd()
        return claims
    }

    private mutating func readBody(from reader: inout JSONReader) throws(ClaimsError) {
        guard try reader.beginObject() else { return }
        while let name = try reader.nextMember() {
            switch name {
            case "tags": try reader.read(&tags)
            case "type": try reader.read(&typeText)
            case "version": try reader.read(&formatVersion)
            default: try readMember(name, from: &reader)
            }
        }
    }

    /// Reads a payload of the older format, where type, tags and issuer account stood beside `nats`, and takes it over
    /// into the current one. The version stays 1 until the claims are encoded again.
    static func read(version1Payload text: UnsafeRawBufferPointer) throws(ClaimsError) -> Self {
        var claims = Self.emptyVersion1
        claims.typeText = ""
        claims.formatVersion = 1
        var issuerAccount = ""
        var reader = JSONReader(text)
        if try reader.beginObject() {
            while let name = try reader.nextMember() {
                if try claims.common.readMember(name, from: &reader) { continue }
                switch name {
                case "type": try reader.read(&claims.typeText)
                case "tags": try reader.read(&claims.tags)
                case "issuer_account": try reader.read(&issuerAccount)
                case "nats": try claims.readVersion1Body(from: &reader)
                default: try reader.skip()
                }
            }
        }
        try reader.expectEnd()
        claims.migrate(issuerAccount: issuerAccount)
        return claims
    }

    private mutating func readVersion1Body(from reader: inout JSONReader) throws(ClaimsError) {
        guard try reader.beginObject() else { return }
        while let name = try reader.nextMember() { try readVersion1Member(name, from: &reader) }
    }

    /// The payload. Without `includesFormat` the type and the version are left out, as in claims not yet encoded.
    func payload(includesFormat: Bool = true) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        common.writeMembers(to: &writer)
        writer.name("nats")
        writer.beginObject()
        writeMembers(to: &writer)
        writer.member("tags", tags)
        if includesFormat {
            writer.member("type", typeText)
            writer.member("version", formatVersion)
        }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }
}
