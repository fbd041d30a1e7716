import NKeys
import Secrets
import Testing

@testable import Policy

/// No file holds a key, but somebody may have put one in: nothing that is said about the file repeats it.
@Suite struct SecretsInProblemsTests {
    private static let seed = KeyPair.generate(.user).seed.withBytes { String(decoding: $0, as: UTF8.self) }

    @Test(arguments: [
        "users: { u: { role: SEED } }", "users: { u: { role: foo } }\nroles: { SEED: { publish: [ a ] } }", "SEED: x",
        "roles: { r: { publish: [ SEED, '<SEED>', 'a b SEED' ] } }", "roles: { r: { from: [ SEED ] } }",
        "roles: { r: { connections: [ SEED ] } }", "roles: { r: { expires: SEED } }",
        "roles: { r: { hours: { zone: SEED, between: [ SEED ] } } }", "roles: { r: { inbox: SEED } }",
        "imports: [ { stream: a, from: SEED, SEED: b } ]", "exports: [ { stream: a, grant: [ { only: SEED } ] } ]",
        "tests: [ { as: SEED, may: [ SEED ] } ]", "values: { SEED: SEED }", "limits: { connections: SEED }",
    ])
    func `A seed in a file is not repeated`(_ text: String) throws {
        let bytes = Array("chancery: v1\naccount: A\n\(text)\n".replacing("SEED", with: Self.seed).utf8)
        let problems: [PolicyProblem]
        do throws(AccountPolicyFile.Failure) {
            problems = try AccountPolicyFile.read(bytes, file: "a.yaml").warnings
        } catch {
            problems = error.problems
        }
        for problem in problems {
            for said in [problem.description, problem.message, problem.remedy] {
                #expect(!said.contains(Self.seed), "\(text)")
            }
        }
    }
}
