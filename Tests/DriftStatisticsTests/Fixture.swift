import Foundation

/// What `tools/golden_drift.py` wrote, and the large files beside the repository.
enum Fixture {
    /// The package's root, found from this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// `SHARED_DATA` names another place for them.
    static let shared: URL? = {
        let named = ProcessInfo.processInfo.environment["SHARED_DATA"].map { URL(filePath: $0) }
        let place = named ?? root.deletingLastPathComponent().appending(path: "shared/data")
        return FileManager.default.fileExists(atPath: place.path) ? place : nil
    }()

    private struct File<Row: Decodable>: Decodable { let rows: [Row] }

    /// The rows of a fixture.
    static func rows<Row: Decodable>(_ name: String, of _: Row.Type) throws -> [Row] {
        let url = root.appending(path: "Tests/Fixtures/drift/\(name).json")
        return try JSONDecoder().decode(File<Row>.self, from: Data(contentsOf: url)).rows
    }
}

/// Whether two numbers are equal within a share of the second.
func isNear(_ own: Double, _ other: Double, _ tolerance: Double) -> Bool {
    abs(own - other) <= tolerance * abs(other)
}
