// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody builds it who does not measure.
let package = Package(
    name: "benchmarks",
    dependencies: [.package(name: "chancery", path: "..")],
    targets: [
        .systemLibrary(name: "CRawSodium", pkgConfig: "libsodium"),
        .target(name: "CAllocations"),
        .target(name: "Stopwatch", swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "authorization",
            dependencies: ["CAllocations", "Stopwatch", .product(name: "Permissions", package: "chancery")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "policies", dependencies: ["Stopwatch", .product(name: "Policies", package: "chancery")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
        .executableTarget(
            name: "credentials",
            dependencies: ["CRawSodium", .product(name: "Credentials", package: "chancery")],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
