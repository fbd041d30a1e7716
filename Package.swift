// swift-tools-version: 6.2
import PackageDescription

// One set of compiler rules for every room.
let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    // SE-0335: an existential is visible where it is used.
    .enableUpcomingFeature("ExistentialAny"),
    // SE-0409: an import is an implementation detail unless it says `public`.
    .enableUpcomingFeature("InternalImportsByDefault"),
    // SE-0444: a member is visible only where its module is imported.
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of the house. The arrows are the dependencies, and they only ever point to a lower floor; `make lint` checks
/// that no file imports what its room does not list here.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

/// The tests of a room, under `Tests/<Room>Tests`.
func tests(_ room: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: room + "Tests", dependencies: [.byName(name: room), "TestSupport"] + dependencies, resources: resources,
        swiftSettings: swiftSettings)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "chancery",
    products: [
        .executable(name: "chancery", targets: ["chancery"]),
        // For the package under Benchmarks/, which measures these rooms by themselves.
        .library(name: "Credentials", targets: ["Claims", "NKeys", "Secrets"]),
        .library(name: "Permissions", targets: ["Authorization", "Claims", "NKeys"]),
        .library(name: "Policies", targets: ["Policy"]),
    ],
    dependencies: [
        // Exact versions: nothing else pins them.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Floor 0: the C libraries.
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),

        // Floor 1: no knowledge of each other.
        room("Secrets", ["CSodium", "COpenSSL", "CCrypt"]),
        room("Subjects"),
        room("Wire"),

        // Floor 2
        room("NKeys", ["Secrets", "CSodium"]),

        // Floor 3
        room("Claims", ["NKeys", "Secrets"]),

        // Floor 4
        room("Authorization", ["Claims", "NKeys", "Secrets", "Subjects"]),

        // Floor 5
        room(
            "Broker",
            [
                "Authorization", "Claims", "NKeys", "Secrets", "Subjects", "Wire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ] + nio),
        room(
            "Messaging",
            [
                "NKeys", "Wire",
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),

        room("Audit", ["Authorization", "Claims", "NKeys", "Secrets"]),

        room("Policy", ["Authorization", "Claims", "NKeys", "Subjects", .product(name: "Yams", package: "Yams")]),

        // Floor 6
        room(
            "Administration",
            [
                "Audit", "Authorization", "Claims", "NKeys", "Policy", "Secrets", "Subjects", "Messaging", "Wire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),

        // Floor 7
        room(
            "AdminAPI",
            [
                "Administration", "Audit", "Claims", "NKeys", "Policy", "Secrets", "Subjects",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        // Floor 8: where the rooms are plugged together.
        .executableTarget(
            name: "chancery",
            dependencies: [
                "AdminAPI", "Administration", "Audit", "Authorization", "Broker", "Claims", "Messaging", "NKeys",
                "Policy", "Secrets", "Wire",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: swiftSettings),

        // A file system for SQLite that forgets what was not synchronised, for tests alone.
        .target(name: "CForgetfulFiles", path: "Tests/ForgetfulFiles"),
        // What the tests of several rooms use.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swiftSettings),

        // The algebra of subjects beside a list of all subjects over a small alphabet.
        .target(
            name: "Enumeration", dependencies: ["Subjects", "TestSupport"], path: "Tests/Enumeration",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "prove-subjects", dependencies: ["Enumeration", "Subjects", "TestSupport"],
            path: "Tests/ProveSubjects", swiftSettings: swiftSettings),

        // Policies drawn at random, and what each engine has to answer about them.
        .executableTarget(
            name: "witness", dependencies: ["Claims", "Policy", "Subjects", "TestSupport"], path: "Tests/Witness",
            swiftSettings: swiftSettings),

        tests("Secrets", []),
        tests("Subjects", ["Enumeration"], resources: [.copy("Vectors")]),
        tests("Wire", []),
        tests("NKeys", ["Secrets"]),
        tests("Claims", ["NKeys", "Secrets"], resources: [.copy("Vectors")]),
        // A judge that shares no code with what it judges, and the program that has it judge millions of decisions.
        .target(name: "Oracle", path: "Tests/Oracle", swiftSettings: swiftSettings),
        .target(
            name: "DecisionProof", dependencies: ["Authorization", "Claims", "Oracle", "Subjects", "TestSupport"],
            path: "Tests/DecisionProof", swiftSettings: swiftSettings),
        .executableTarget(
            name: "prove", dependencies: ["DecisionProof"], path: "Tests/Prove", swiftSettings: swiftSettings),

        .executableTarget(name: "judge", dependencies: ["Oracle"], path: "Tests/Judge", swiftSettings: swiftSettings),

        tests("Authorization", ["Claims", "DecisionProof", "NKeys", "Oracle", "Secrets", "Subjects"]),
        tests(
            "Broker",
            [
                "Authorization", "Claims", "NKeys", "Secrets", "Subjects", "Wire",
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ] + nio),
        tests("Messaging", ["NKeys", "Secrets", "Wire"] + nio),
        tests("Audit", ["Authorization", "Claims", "NKeys", "Secrets"]),
        tests(
            "Policy", ["Authorization", "Claims", "NKeys", "Oracle", "Secrets", "Subjects"], resources: [.copy("Wrong")]
        ),
        tests(
            "Administration",
            [
                "Audit", "CForgetfulFiles", "Claims", "Messaging", "NKeys", "Policy", "Secrets", "Subjects",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        tests(
            "AdminAPI",
            [
                "Administration", "Audit", "Claims", "NKeys", "Secrets",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)
