// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target. Links lead to the proposal that explains each of them.
let strict: [SwiftSetting] = [
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
    .enableUpcomingFeature("ExistentialAny"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
    .enableUpcomingFeature("InternalImportsByDefault"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
    .enableUpcomingFeature("MemberImportVisibility"),
    // https://github.com/swiftlang/swift-evolution/blob/main/proposals/0458-strict-memory-safety.md
    .strictMemorySafety(),
    // Functions that return a `RawSpan` into LMDB's map need this; escaping one is a compile error.
    // https://github.com/swiftlang/swift-evolution/pull/2750
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

/// No C compiler may fuse `a * b + c`: results must be the same on every machine.
let exactC: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off"])]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "mechanic-replay",
    products: [
        .executable(name: "mechanic-replay", targets: ["mechanic-replay"]),
        .library(name: "EventStorage", targets: ["EventStorage", "EventFormat"]),
        .library(
            name: "Mechanic",
            targets: ["Mechanic", "Projections", "Labeling", "Market", "DriftStatistics"]),
    ],
    dependencies: [
        // Command-line parsing, help, completions and manual: the field's standard, 50 s to build.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // The logging interface every Swift server program already configures.
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        // C libraries, all from Debian, none vendored.
        .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CBaselines", cSettings: exactC),

        // Rooms, from the ground up. Imports go downwards only.
        room("CanonicalJSON"),
        // Our own: TOMLDecoder 0.4.5 and TOMLKit 0.6.0 bring Foundation, 14 ms more a start, and no lines;
        // toml++ 3.3.0 overflows the stack on long dotted keys and is undefined on a bare letter é.
        room("TOML", ["CanonicalJSON"]),
        room("Spelling"),
        room("Digest", ["CCrypto"]),
        room("StableMath"),
        room("SystemIO", ["CZlib"]),
        room("LMDB", ["CLMDB"]),
        room("DataFile", ["SystemIO"]),
        room("EventFormat", ["Digest", "CanonicalJSON"]),
        room(
            "EventStorage",
            [
                "LMDB", "DataFile", "EventFormat", "Digest", "SystemIO", "Spelling",
                .product(name: "Logging", package: "swift-log"),
            ]),
        room("Market", ["CanonicalJSON", "TOML", "Digest", "Spelling"]),
        room("Labeling", ["Market", "StableMath"]),
        room("DriftStatistics", ["StableMath"]),
        room(
            "Projections",
            [
                "EventStorage", "EventFormat", "Digest", "CanonicalJSON", "Market", "Labeling",
                "DriftStatistics",
            ]),
        room(
            "Mechanic",
            [
                "Projections", "EventStorage", "EventFormat", "Digest", "CanonicalJSON", "Market",
                "Labeling", "DriftStatistics", "Spelling", "SystemIO",
            ]),
        .executableTarget(
            name: "mechanic-replay",
            dependencies: [
                "Mechanic", "Projections", "EventStorage", "EventFormat", "Digest", "CanonicalJSON",
                "Market", "Labeling", "DriftStatistics", "Spelling", "LMDB", "SystemIO",
                "CBaselines",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/MechanicReplay", swiftSettings: strict),

        // Tests mirror the rooms; EndToEndTests run the built command.
        tests("CanonicalJSONTests", ["CanonicalJSON"]),
        tests("TOMLTests", ["TOML", "CanonicalJSON"], exclude: ["Fixtures"]),
        tests("DigestTests", ["Digest"]),
        tests("StableMathTests", ["StableMath"]),
        tests("SystemIOTests", ["SystemIO"]),
        tests("LMDBTests", ["LMDB"]),
        tests("DataFileTests", ["DataFile", "SystemIO", "LMDB"]),
        tests(
            "EventFormatTests", ["EventFormat", "Digest", "CanonicalJSON"], exclude: ["Fixtures"]),
        tests(
            "EventStorageTests",
            [
                "EventStorage", "EventFormat", "Digest", "SystemIO", "LMDB", "DataFile",
                "StoreModel",
            ]),
        tests("MarketTests", ["Market", "Digest", "CanonicalJSON", "SystemIO"]),
        tests("LabelingTests", ["Labeling", "Market", "SystemIO", "CBaselines"]),
        tests("DriftStatisticsTests", ["DriftStatistics", "Labeling", "Market", "SystemIO"]),
        tests(
            "ProjectionsTests",
            [
                "Projections", "EventStorage", "EventFormat", "Market", "Labeling", "Digest",
                "CanonicalJSON", "DriftStatistics", "SystemIO",
            ]),
        tests(
            "MechanicTests",
            [
                "Mechanic", "Projections", "EventStorage", "EventFormat", "Market", "Labeling",
                "SystemIO",
                "Digest", "CanonicalJSON", "DriftStatistics",
            ]),
        // The model that the store is held against, and what runs it for hours: tools/soak.
        .target(
            name: "StoreModel", dependencies: ["EventStorage", "EventFormat"],
            path: "Tests/StoreModel", swiftSettings: strict),
        .target(name: "WriteRecorder", path: "Tests/WriteRecorder"),
        .executableTarget(
            name: "simulator",
            dependencies: [
                "StoreModel", "WriteRecorder", "EventStorage", "EventFormat", "Digest", "SystemIO",
                "LMDB", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Simulator", swiftSettings: strict),
        // Decoders and what must hold of them for all bytes: run by tools/fuzz, and by a test on the
        // inputs that were kept.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CanonicalJSON", "DataFile", "Digest", "EventFormat", "EventStorage", "Market",
                "Projections", "SystemIO", "TOML",
            ],
            path: "Tests/FuzzTargets", swiftSettings: strict),
        tests("FuzzTests", ["FuzzTargets", "SystemIO"]),
        tests(
            "EndToEndTests",
            [
                "SystemIO", "CanonicalJSON", "EventStorage", "EventFormat", "DataFile", "LMDB",
                "mechanic-replay",
            ]),
    ],
    swiftLanguageModes: [.v6]
)

// Only tools/fuzz has its program: `main` is libFuzzer's, which no other build links.
if Context.environment["MECHANIC_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzers",
            exclude: ["Corpus"], swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
