import Testing

@testable import Secrets

@Suite struct StatedPasswordTests {
    private func secret(_ text: String) -> Secret { Secret(copying: Array(text.utf8)) }

    /// Hashes that PyPI's bcrypt made.
    @Test(arguments: [
        ("s3cr3t", "$2b$04$NHMCUylo/YaNQHyBAY3iSudfCoUQrw0ympLi11EABeJVsklZKChxm"),
        ("s3cr3t", "$2a$04$abcdefghijklmnopqrstuu35fBIWlNgF8BcAW/t2cO158N8svSFHy"),
        ("", "$2b$04$4fNBpmjB88xfq6xqnDvCIuL2A9bo0ANig.PoaKby3.qVjOCmJHrBK"),
        ("pässwörd", "$2b$04$KYFbitLB8xGTWKILTFEENeIcWLvSUJz1GcDs0Qcz.eLjbG6/LlQou"),
        (String(repeating: "x", count: 72), "$2b$04$I3FKZVkFhZnW4JgfA29rZOIgnG9tRSXGMtPT4AYVuwjQb8r3RVjH6"),
        ("s3cr3t", "$2y$04$abcdefghijklmnopqrstuu35fBIWlNgF8BcAW/t2cO158N8svSFHy"),
    ])
    func aHashMatchesItsPassword(_ password: String, _ hash: String) {
        let stated = StatedPassword(secret(hash))
        #expect(stated.isHashed)
        #expect(stated.matches(secret(password)))
        #expect(!stated.matches(secret(password + "x")) || password.utf8.count >= 72)
        #expect(!stated.matches(secret(hash)), "the hash is not a password")
        #expect(!stated.matches(secret("y" + password.dropFirst())))
    }

    @Test(arguments: [
        "$2b$04$NHMCUylo/YaNQHyBAY3iSudfCoUQrw0ympLi11EABeJVsklZKCh", "$2b$04$",
        "$2b$99$" + String(repeating: "a", count: 53),
        "$2b$03$NHMCUylo/YaNQHyBAY3iSudfCoUQrw0ympLi11EABeJVsklZKChxm",
        "$2a$04$ is no salt that anybody wrote, is it, now? no no",
    ])
    func aBrokenHashMatchesNothing(_ hash: String) {
        let stated = StatedPassword(secret(hash))
        #expect(stated.isHashed)
        for password in ["s3cr3t", "", hash, "*0", "*1"] { #expect(!stated.matches(secret(password))) }
    }

    @Test func plainTextMatchesItself() {
        for text in ["s3cr3t", "", "$2c$10$x", "$2a$4$x", "$1$04$x", "p\u{0}q"] {
            let stated = StatedPassword(secret(text))
            #expect(!stated.isHashed)
            #expect(stated.matches(secret(text)))
            #expect(!stated.matches(secret(text + "x")))
        }
    }

    @Test func aZeroByteDoesNotCutAPasswordShort() {
        let stated = StatedPassword(secret("$2a$04$abcdefghijklmnopqrstuu35fBIWlNgF8BcAW/t2cO158N8svSFHy"))
        #expect(!stated.matches(secret("s3cr3t\u{0}anything")))
    }
}
