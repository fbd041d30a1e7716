/// Writes a first set of policies.
public struct PolicyStarter: Sendable {
    /// A file of the set, with its path inside of the set's folder.
    public struct File: Sendable, Hashable {
        public let path: String
        public let text: String
    }

    /// A name that cannot be one.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    private let operatorName: String?
    private let account: String

    /// - Parameters:
    ///   - operatorName: nil for a set that serves any operator.
    ///   - account: letters, digits, `-` and `_`.
    public init(operatorName: String?, account: String) throws(Failure) {
        if let operatorName {
            self.operatorName = try Self.checked(operatorName, "an operator")
        } else {
            self.operatorName = nil
        }
        self.account = try Self.checked(account, "an account")
    }

    /// Names stand in files and in paths, so that these are plainer than they would have to be.
    private static func checked(_ name: String, _ what: String) throws(Failure) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 64, !AmbiguousWord.isOne(name) else {
            throw Failure(description: "\"\(name)\" is no name for \(what): take up to 64 letters, digits, - and _.")
        }
        return name
    }

    private var file: String { account.lowercased() + ".yaml" }

    // MARK: With nothing in it

    /// An account with one role, which may do nothing.
    public func bare(role: String) throws(Failure) -> [File] {
        let role = try Self.checked(role, "a role")
        let policy = """
            chancery: v1
            account: \(account)
            limits: { connections: 100, leaf_nodes: 0, subscriptions: 10k, payload: 1MiB }

            roles:
              \(role):
                publish:   []
                subscribe: []

            tests:
              - as: { role: \(role) }
                may:     [ connect ]
                may not: [ publish a, subscribe a ]

            """
        return [File(path: "chancery.yaml", text: manifest), File(path: file, text: policy)]
    }

    private var manifest: String {
        "chancery: v1\n" + (operatorName.map { "operator: \($0)\n" } ?? "") + "accounts:\n  \(account): \(file)\n"
    }

    // MARK: With comments that teach

    /// A shop: who places orders, who takes them, and who looks on.
    public func example() throws(Failure) -> [File] {
        guard file != "chancery.yaml" else {
            throw Failure(description: "\"\(account)\" would have the file of the set itself: take another name.")
        }
        return [File(path: "chancery.yaml", text: exampleManifest), File(path: file, text: examplePolicy)]
    }

    private var exampleManifest: String {
        """
        # The set: its accounts, each in a file of its own, and what none of them goes beyond.
        # See all that is wrong with "chancery policy check", and try the tests with "chancery policy test".
        chancery: v1
        \(operatorName.map { "operator: \($0)" } ?? "# operator: NAME")
        accounts:
          \(account): \(file)
        # What a file of an account leaves out is as much as this.
        ceilings:
          connections: 1k
          leaf_nodes: 0
          subscriptions: 100k
          payload: 1MiB
          expires: 90d

        """
    }

    private var examplePolicy: String {
        """
        # An account: people and programs in here see each other's messages as far as their roles let them, and nobody else's.
        chancery: v1
        account: \(account)
        description: a small shop
        limits: { connections: 200 }

        # A role may do what its sets say, and nothing else.
        roles:
          customer:
            description: places orders and sees its own
            # {{name()}} is the name of whoever connects. Texts with {{ or with * or > at their beginning need quotes.
            subscribe: [ "orders.of.{{name()}}.>" ]
            # What is asked. The answers come to an inbox that nobody else can read: _INBOX.NAME.>
            call: [ orders.place, orders.list ]
            expires: { default: 30d, most: 90d }
          desk:
            description: takes orders, several at a time
            publish: [ orders.of.*.placed, orders.log ]
            # What is answered, in turns, once for each request.
            serve: { orders.place: { queue: desk, within: 5s }, orders.list: { queue: desk, within: 5s } }
          auditor:
            description: reads everything but answers to others, and writes nothing
            subscribe: { allow: everything, deny: [ "_INBOX.>" ] }
            # Only from here, and only at work. Both hold at sign-in.
            # from: [ 10.0.0.0/8 ]
            # hours: { zone: Europe/Berlin, between: [ "06:00-22:00" ] }

        # Users are made without keys until somebody asks for their credentials.
        users:
          anna: { role: customer }
          desk-1: { role: desk }

        # What has to hold. "may not" is as good to say as "may".
        tests:
          - as: anna
            may:     [ request orders.place, request orders.list, "receive orders.of.anna.placed" ]
            may not: [ publish orders.of.anna.placed, "receive orders.of.bert.placed", "subscribe orders.>" ]
          - as: desk-1
            may:     [ subscribe orders.place queue desk, subscribe orders.list queue desk, publish orders.of.anna.placed,
                       publish orders.log, reply to _INBOX.anna.1 ]
            may not: [ subscribe orders.place, publish _INBOX.anna.1 ]
          - as: { role: auditor, name: otto }
            may:     [ receive orders.log ]
            may not: [ publish orders.log, receive _INBOX.anna.1 ]

        """
    }
}
