import NKeys
import Testing

@testable import Broker

/// What is remembered of accounts that nobody has.
@Suite struct AccountLookupsTests {
    private let second: Int64 = 1_000_000_000

    @Test func anAccountThatNobodyHasIsNotAskedForAgainForASecond() {
        var lookups = AccountLookups()
        let account = KeyPair.generate(.account).publicKey
        #expect(!lookups.isAbsent(account, now: 0))
        lookups.noteAbsent(account, now: 5)
        #expect(lookups.isAbsent(account, now: 4 + second))
        #expect(!lookups.isAbsent(account, now: 5 + second))
    }

    @Test func anAccountThatHasComeIsNotMissedAnyMore() {
        var lookups = AccountLookups()
        let account = KeyPair.generate(.account).publicKey
        lookups.noteAbsent(account, now: 0)
        lookups.forgetAbsence(of: account)
        #expect(!lookups.isAbsent(account, now: 1))
    }

    @Test func noMoreAreRememberedThanThatMany() {
        var lookups = AccountLookups()
        let accounts = (0...AccountLookups.mostAbsent).map { _ in KeyPair.generate(.account).publicKey }
        for account in accounts { lookups.noteAbsent(account, now: 0) }
        #expect(lookups.isAbsent(accounts[0], now: 1))
        #expect(!lookups.isAbsent(accounts[AccountLookups.mostAbsent], now: 1), "no room")
        // Those whose time is over make room.
        lookups.noteAbsent(accounts[AccountLookups.mostAbsent], now: second)
        #expect(lookups.isAbsent(accounts[AccountLookups.mostAbsent], now: second))
        #expect(!lookups.isAbsent(accounts[0], now: second))
    }

    @Test func aTimeAtTheEndOfTheClockIsNoTrap() {
        var lookups = AccountLookups()
        let account = KeyPair.generate(.account).publicKey
        lookups.noteAbsent(account, now: .max)
        #expect(!lookups.isAbsent(account, now: .max))
    }
}
