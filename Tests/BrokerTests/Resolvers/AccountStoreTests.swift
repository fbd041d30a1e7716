import Claims
import Glibc
import NKeys
import Secrets
import Testing

@testable import Broker

@Suite final class AccountStoreTests {
    private let operatorKey = KeyPair.generate(.operator)

    /// A folder of its own for each test.
    private let folder: String = {
        var template = Array(("/tmp/chancery-store-" + String(repeating: "X", count: 6)).utf8CString)
        return mkdtemp(&template).map { String(cString: $0) } ?? "/tmp/chancery-store"
    }()

    deinit {
        guard let entries = opendir(folder) else { return }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if unlink("\(folder)/\(name)") != 0 { rmdir("\(folder)/\(name)") }
        }
        rmdir(folder)
    }

    private func account() -> PublicKey { KeyPair.generate(.account).publicKey }

    private func token(
        _ account: PublicKey, at issuedAt: Int64, name: String = "A", expires: Int64 = 0
    ) throws -> String {
        var claims = AccountClaims(subject: account.text, name: name)
        claims.expires = expires
        return try claims.encode(signedBy: operatorKey, at: issuedAt)
    }

    private func open(_ policy: AccountStore.Policy, now: Int64 = 1000) throws -> (AccountStore, [String]) {
        var odd: [String] = []
        let store = try AccountStore(folder: folder, policy: policy, now: now) { odd.append($0) }
        return (store, odd)
    }

    private func exists(_ name: String) -> Bool { access("\(folder)/\(name)", F_OK) == 0 }

    private func put(_ text: String, _ name: String) {
        let file = fopen("\(folder)/\(name)", "w")
        fputs(text, file)
        fclose(file)
    }

    @Test func whatWasSavedIsThereAfterARestart() throws {
        var (store, _) = try open(.full(limit: nil))
        let key = account()
        let text = try token(key, at: 10)
        #expect(try store.save(text, of: key, now: 1000))
        #expect(try !store.save(text, of: key, now: 1001), "the same JWT changes nothing")
        var (again, odd) = try open(.full(limit: nil))
        #expect(odd.isEmpty && again.accounts == [key])
        #expect(try again.load(key, now: 1002) == text)
        #expect(again.digest == store.digest && exists("\(key.text).jwt"))
        #expect(try again.load(account(), now: 1) == nil)
    }

    @Test func theDigestIsTheExclusiveOrOfTheTexts() throws {
        var (store, _) = try open(.full(limit: nil))
        #expect(store.digest == StoreDigest())
        let keys = (0..<3).map { _ in account() }
        var expected = [UInt8](repeating: 0, count: 32)
        for key in keys {
            _ = try store.save(try token(key, at: 5), of: key, now: 1000)
            let newer = try token(key, at: 6)
            _ = try store.save(newer, of: key, now: 1000)
            for (index, byte) in SHA256.hash(newer).enumerated() { expected[index] ^= byte }
        }
        #expect(store.digest.bytes == expected)
        #expect(store.pack(for: expected).isEmpty)
        #expect(store.pack(for: [UInt8](repeating: 0, count: 32)).map(\.account) == keys.sorted())
        #expect(store.pack(for: [1, 2, 3]).count == 3, "what is no digest is that of an empty store")
        #expect(try store.delete(keys[0], keepsCopy: false))
        #expect(store.digest.bytes != expected && store.pack(for: expected).count == 2)
        for key in keys.dropFirst() { _ = try store.delete(key, keepsCopy: false) }
        #expect(store.digest == StoreDigest())
        #expect(store.pack(for: []).isEmpty, "two empty stores are the same")
    }

    @Test func onlyNewerJWTsAreTakenFromOtherServers() throws {
        var (store, _) = try open(.full(limit: nil))
        let key = account()
        let first = try token(key, at: 10)
        #expect(try store.saveIfNewer(first, of: key, now: 1000))
        #expect(try !store.saveIfNewer(try token(key, at: 9), of: key, now: 1000))
        #expect(try !store.saveIfNewer(try token(key, at: 10, name: "B"), of: key, now: 1000))
        #expect(try store.load(key, now: 1000) == first)
        let newer = try token(key, at: 11)
        #expect(try store.saveIfNewer(newer, of: key, now: 1000))
        #expect(try store.load(key, now: 1000) == newer)
    }

    @Test func deletingKeepsACopyWhereAskedTo() throws {
        var (store, _) = try open(.full(limit: nil))
        let key = account()
        _ = try store.save(try token(key, at: 10), of: key, now: 1000)
        #expect(try store.delete(key, keepsCopy: true))
        #expect(try !store.delete(key, keepsCopy: true))
        #expect(exists("\(key.text).jwt.deleted") && !exists("\(key.text).jwt"))
        let (again, odd) = try open(.full(limit: nil))
        #expect(again.count == 0 && odd.isEmpty)
    }

    @Test func aFullStoreRefusesWhatIsNewAndTakesChanges() throws {
        var (store, _) = try open(.full(limit: 1))
        let (one, other) = (account(), account())
        _ = try store.save(try token(one, at: 10), of: one, now: 1000)
        let second = try token(other, at: 10)
        #expect(throws: AccountStoreError.full(1)) { try store.save(second, of: other, now: 1000) }
        #expect(try store.save(try token(one, at: 11), of: one, now: 1000))
        #expect(!exists("\(other.text).jwt"))
    }

    @Test func aCacheKeepsWhatWasUsedLast() throws {
        var (store, _) = try open(.cache(limit: 2, lifetime: nil))
        let keys = (0..<3).map { _ in account() }
        for key in keys.prefix(2) { _ = try store.save(try token(key, at: 10), of: key, now: 1000) }
        _ = try store.load(keys[0], now: 1000)
        _ = try store.save(try token(keys[2], at: 10), of: keys[2], now: 1000)
        #expect(store.accounts == [keys[0], keys[2]].sorted())
        #expect(!exists("\(keys[1].text).jwt"))
        // Under a smaller limit the folder is brought down when it is opened.
        let (smaller, _) = try open(.cache(limit: 1, lifetime: nil))
        #expect(smaller.count == 1)
    }

    @Test func aCacheLetsGoOfWhatIsOver() throws {
        var (store, _) = try open(.cache(limit: 10, lifetime: 60))
        let (used, unused, expiring) = (account(), account(), account())
        _ = try store.save(try token(used, at: 10), of: used, now: 1000)
        _ = try store.save(try token(unused, at: 10), of: unused, now: 1000)
        _ = try store.save(try token(expiring, at: 10, expires: 1010), of: expiring, now: 1000)
        _ = try store.load(used, now: 1050)
        #expect(try store.load(expiring, now: 1010) != nil, "a JWT is good until its last second is over")
        #expect(try store.load(expiring, now: 1011) == nil)
        #expect(try store.sweep(now: 1061) == [unused])
        #expect(store.accounts == [used])
        var (full, _) = try open(.full(limit: nil))
        #expect(try full.sweep(now: .max).isEmpty)
    }

    @Test func oddFilesArePassedOverAndNamed() throws {
        var (store, _) = try open(.full(limit: nil))
        let key = account()
        let good = try token(key, at: 10)
        _ = try store.save(good, of: key, now: 1000)
        let (foreign, link, folderName, large) = (account(), account(), account(), account())
        put(good, "\(foreign.text).jwt")
        put("words", "notes.jwt")
        put(good, "\(key.text).jwt.part")
        symlink("/etc/hostname", "\(folder)/\(link.text).jwt")
        mkdir("\(folder)/\(folderName.text).jwt", 0o700)
        put(String(repeating: "x", count: (1 << 20) + 1), "\(large.text).jwt")
        let (again, odd) = try open(.full(limit: nil))
        #expect(again.accounts == [key])
        #expect(odd.count == 4)
        for one in [foreign, link, folderName, large] { #expect(odd.contains { $0.contains(one.text) }) }
    }

    @Test func aFileChangedBehindTheStoresBackIsNotServed() throws {
        var (store, _) = try open(.full(limit: nil))
        let key = account()
        _ = try store.save(try token(key, at: 10), of: key, now: 1000)
        put("not a token", "\(key.text).jwt")
        #expect(try store.load(key, now: 1000) == nil)
        #expect(store.count == 0 && store.digest == StoreDigest())
    }

    @Test func whatIsNoJWTOfTheAccountIsNotKept() throws {
        var (store, _) = try open(.full(limit: nil))
        let (one, other) = (account(), account())
        #expect(try !store.save("x.y.z", of: one, now: 1000))
        #expect(try !store.save(try token(other, at: 10), of: one, now: 1000))
        #expect(store.count == 0)
    }

    @Test func aFolderThatCannotBeMadeSaysWhy() {
        #expect(throws: AccountStoreError.self) {
            try AccountStore(folder: "/proc/nothing/here", policy: .full(limit: nil), now: 0) { _ in }
        }
    }
}
