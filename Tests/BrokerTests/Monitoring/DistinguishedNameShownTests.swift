import Authorization
import Testing

@testable import Broker

/// How pages write certificates' subjects.
@Suite struct DistinguishedNameShownTests {
    @Test(arguments: [
        ("CN=alice", "CN=alice"),
        (
            "CN=carol,OU=Users,DC=example,DC=com",
            "CN=carol,OU=Users,0.9.2342.19200300.100.1.25=example,0.9.2342.19200300.100.1.25=com"
        ),
        ("O=ACME,CN=alice", "CN=alice,O=ACME"),
        ("CN=a,OU=two,OU=one", "CN=a,OU=one+OU=two"),
        ("C=DE,CN=a+OU=x,1.2.3=y", "CN=a,OU=x,C=DE,1.2.3=y"),
        ("CN=a\\,b\\+c", "CN=a\\,b\\+c"),
    ])
    func theUsualAttributesComeFirst(name: String, text: String) throws {
        #expect(try #require(DistinguishedName(name)).shown == text)
    }
}
