public import Audit
import Claims
import FoundationEssentials
import GRDB
import NKeys

extension Directory {
    /// Checks the audit log, and that the directory is what the log says.
    ///
    /// Every record's hash, the tree, every checkpoint's signature, every token of the history and the current token
    /// of every operator, account and user are looked at, in one state of the directory.
    ///
    /// - Parameters:
    ///   - key: the verifier key that the log must begin with, as somebody noted it elsewhere; nil takes the
    ///   one in the directory. Without it, whoever rewrote everything with a key of their own is not found.
    ///   - mentions: what checkpoints of other logs say of this one.
    public func verifyAudit(key: String? = nil, mentions: [Checkpoint.Mention] = []) throws -> AuditFindings {
        try read { reader in
            var verification = AuditVerification(database: reader.database, expectedKey: key, mentions: mentions)
            try verification.run()
            if let genesis = verification.genesis {
                try verification.checkSeed(of: genesis, in: keyring(reader), home)
            }
            return verification.findings
        }
    }

    /// What the log's own checkpoints say of other logs, whether or not they are in order.
    public func auditMentions() throws -> [Checkpoint.Mention] {
        try read { reader in
            var verification = AuditVerification(database: reader.database, expectedKey: nil)
            return try verification.readMentions()
        }
    }
}

/// One pass over everything, from the file's own structure up to the objects.
struct AuditVerification {
    let database: Database
    let expectedKey: String?
    /// What other logs say of this one, smallest first once the key is known.
    private var mentions: [Checkpoint.Mention]
    private(set) var findings = AuditFindings()
    private(set) var genesis: PublicKey?
    private var key: AuditKey?
    private var tree = MerkleTree()
    /// How many records the latest checkpoint covers that was seen.
    private var signedSize: Int64 = 0
    /// Where changes ended since then.
    private var unsignedEnds: [Int64] = []
    /// What the records say is the current version of each object.
    private(set) var objects: [AuditedObject: AuditedObject.State] = [:]
    /// The record that first said that a token was issued, by the token's version.
    private(set) var issued: [[UInt8]: AuditRecord] = [:]
    /// What the records say each server has of each account.
    private(set) var deliveries: [AuditedDelivery: [UInt8]] = [:]
    /// The keys whose seeds the records say are kept.
    private(set) var seeds: Set<String> = []
    /// The exhibits that records name.
    private var exhibits: Set<[UInt8]> = []

    init(database: Database, expectedKey: String?, mentions: [Checkpoint.Mention] = []) {
        (self.database, self.expectedKey, self.mentions) = (database, expectedKey, mentions)
    }

    mutating func add(_ message: String, record: Int64? = nil) {
        findings.problems.append(AuditProblem(record: record, message: message))
    }

    mutating func run() throws {
        try checkStructure()
        try readKey()
        try checkRecords()
        try checkTree()
        try checkExhibits()
        try checkTokens()
        try checkObjects()
        try checkDeliveries()
        try checkSeeds()
        findings.records = tree.size
        findings.root = genesis == nil ? nil : tree.root.description
    }

    /// The checkpoints are those that the log's key has signed.
    fileprivate mutating func readMentions() throws -> [Checkpoint.Mention] {
        try readKey()
        let notes = try Row.fetchCursor(database, sql: "SELECT note FROM audit_checkpoints ORDER BY size")
        var found: [Checkpoint.Mention] = []
        while let row = try notes.next() {
            guard let key, let note = row.text("note"),
                let checkpoint = try? Checkpoint(note: note, signedByOneOf: [key])
            else { continue }
            found += checkpoint.others
        }
        return found
    }

    // MARK: The file

    /// An index that does not fit its table would show some readers what others do not see.
    private mutating func checkStructure() throws {
        for message in try String.fetchAll(database, sql: "PRAGMA integrity_check(20)") where message != "ok" {
            add("the database is damaged: \(message)")
        }
        if try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") != nil {
            add("the database holds references to rows that are not there")
        }
    }

    private mutating func readKey() throws {
        let rows = try Row.fetchAll(database, sql: "SELECT public_key FROM audit_keys")
        guard let row = rows.first else { return }
        guard rows.count == 1, let raw = row.bytes("public_key"),
            let genesis = try? PublicKey(kind: .server, rawBytes: raw)
        else { return add("there is not one audit key but \(rows.count), or it is damaged") }
        let log = LogID(genesis: genesis)
        let key = try AuditKey(name: log.origin(of: AuditLog.name), publicKey: genesis)
        (self.genesis, self.key) = (genesis, key)
        (findings.log, findings.key) = (log, key.verifierKey)
        mentions = mentions.filter { $0.origin == key.name }.sorted { $0.size < $1.size }
        if let expectedKey, expectedKey != key.verifierKey {
            add("the log begins with another key than the one that was given")
        }
    }

    /// Whether the seed that signs the log opens, where that can be told without asking anybody.
    mutating func checkSeed(of key: PublicKey, in keyring: Keyring, _ home: Home) throws {
        guard try keyring.seal() == .keyFile, PrivateFile.exists(home.keyFilePath) else {
            findings.omissions.append("the sealed seed of the audit key was not opened: that takes the keyring's key")
            return
        }
        do {
            _ = try keyring.auditKey(key)
        } catch let error as AdministrationError {
            add(error.message)
        }
    }

    // MARK: Records and checkpoints

    private mutating func checkRecords() throws {
        var due = CheckpointQueue(
            try Row.fetchAll(database, sql: "SELECT size, note FROM audit_checkpoints ORDER BY size"))
        let rows = try Row.fetchCursor(database, sql: "SELECT i, leaf, record FROM audit_records ORDER BY i")
        var previous: AuditRecord?
        while let row = try rows.next() {
            let index = tree.size
            let bytes = row.bytes("record") ?? []
            let record = checkRecord(row, bytes, at: index)
            // A change ends where the next one's records begin.
            if index > 0, previous?.actor.request != record?.actor.request { checkEnd(due.next(at: index), index) }
            tree.append(.leaf(bytes))
            checkMentions()
            if let record { note(record, bytes) }
            previous = record
        }
        if tree.size > 0 { checkEnd(due.next(at: tree.size), tree.size) }
        if let end = unsignedEnds.first { addUnsigned(end) }
        for mention in mentions {
            add(
                "another log's checkpoint says that there were \(mention.size) records: those from \(tree.size) on are missing",
                record: tree.size)
        }
        for size in due.unused { add("there is a checkpoint of \(size) records, where no change ended") }
    }

    /// What other logs say of as many records as have been read.
    private mutating func checkMentions() {
        while let mention = mentions.first, mention.size <= tree.size {
            mentions.removeFirst()
            guard mention.size == tree.size, mention.root != tree.root else { continue }
            add("the records up to here are not those that another log's checkpoint has seen", record: tree.size - 1)
        }
    }

    private mutating func checkRecord(_ row: Row, _ bytes: [UInt8], at index: Int64) -> AuditRecord? {
        if row.integer("i") != index {
            add("the record is stored under the number \(row.integer("i") ?? -1)", record: index)
        }
        if row.bytes("leaf") != TreeHash.leaf(bytes).bytes {
            add("the record's bytes do not have the hash that is stored with them", record: index)
        }
        do throws(AuditError) {
            let record = try AuditRecord(bytes: bytes)
            if record.index != index { add("the record says that it is number \(record.index)", record: index) }
            if record.log != findings.log?.text { add("the record is one of the log \(record.log)", record: index) }
            let isOpening = record.operation == .logOpen
            if isOpening != (index == 0) || (isOpening && record.object?.id != findings.key) {
                add("the log does not begin with its key, and only there", record: index)
            }
            return record
        } catch {
            add(error.message, record: index)
            return nil
        }
    }

    /// Where a change ends there is a checkpoint, of that alone or of all the changes that were stored together.
    private mutating func checkEnd(_ note: String?, _ size: Int64) {
        guard let note else { return unsignedEnds.append(size) }
        checkCheckpoint(note, size)
        (signedSize, unsignedEnds) = (size, [])
    }

    private mutating func addUnsigned(_ size: Int64) {
        add("the change that ends here has no checkpoint", record: size - 1)
    }

    private mutating func checkCheckpoint(_ note: String, _ size: Int64) {
        do throws(AuditError) {
            let checkpoint = try Checkpoint(note: note, signedByOneOf: key.map { [$0] } ?? [])
            guard checkpoint.size == size else {
                return add("the checkpoint here is one of \(checkpoint.size) records", record: size - 1)
            }
            guard checkpoint.root == tree.root else {
                return add(
                    "the records up to here are not those that were signed: something before or at this one was altered",
                    record: size - 1)
            }
            // One that does not say what was before it is for one change alone.
            if let previous = checkpoint.previous {
                if previous != signedSize {
                    add("the checkpoint here follows one of \(previous) records, which is missing", record: size - 1)
                }
            } else if let end = unsignedEnds.first {
                addUnsigned(end)
            }
            findings.verified = size
            findings.mentions += checkpoint.others
        } catch {
            add(error.message, record: size - 1)
        }
    }

    private mutating func note(_ record: AuditRecord, _ bytes: [UInt8]) {
        if let hash = Self.exhibit(in: bytes) { exhibits.insert(hash) }
        guard let described = record.object else { return }
        noteRest(record, described)
        guard record.operation.issuesToken else { return }
        let after = record.after.flatMap(TokenVersion.init(hex:))?.bytes
        if let after, issued[after] == nil { issued[after] = record }
        guard record.operation.changesObject, let object = AuditedObject(described) else { return }
        let before = record.before.flatMap(TokenVersion.init(hex:))?.bytes
        // An account that goes to another operator keeps its identity; a user of another account is another user.
        if objects[object]?.version != before {
            add("what was there before is not what the record before left", record: record.index)
        }
        objects[object] = after.map { AuditedObject.State(version: $0, scope: described.scope ?? "") }
    }

    /// What records say besides of tokens.
    private mutating func noteRest(_ record: AuditRecord, _ described: AuditRecord.Object) {
        switch record.operation {
        case .keyKeep: seeds.insert(described.id)
        case .keyForget: seeds.remove(described.id)
        case .accountPush, .accountWithdraw:
            guard record.outcome == .changed, let server = record.connection?.server else { return }
            deliveries[AuditedDelivery(account: described.id, server: server)] =
                record.after.flatMap(TokenVersion.init(hex:))?.bytes
        default: break
        }
    }

    /// The hash of the exhibit that a record names in the place of its patch.
    private static func exhibit(in bytes: [UInt8]) -> [UInt8]? {
        JSONValue(parsing: bytes)?["patch"]?["sha256"]?.text.flatMap(TokenVersion.init(hex:))?.bytes
    }

    // MARK: What follows from the records

    private mutating func checkTree() throws {
        let stored = tree.size == 0 ? nil : try? AuditLog.storedTree(database)
        if stored != (tree.size == 0 ? nil : tree) { add("the stored tree is not that of the records") }
        if tree.size == 0, genesis != nil { add("there is an audit key but no record") }
    }

    private mutating func checkExhibits() throws {
        var missing = exhibits
        for row in try Row.fetchAll(database, sql: "SELECT hash, content FROM audit_exhibits") {
            guard let hash = row.bytes("hash"), let content = row.bytes("content"),
                AuditPatch(json: content).hash == hash, missing.remove(hash) != nil
            else {
                add("an exhibit was altered, or no record names it")
                continue
            }
        }
        if !missing.isEmpty { add("\(missing.count) exhibits that records name are missing") }
    }
}
