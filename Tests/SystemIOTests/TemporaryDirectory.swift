import Foundation

/// A directory of one test's own, removed at its end.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "systemio-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let target = "\(path)/\(name)"
        try Data(bytes).write(to: URL(fileURLWithPath: target))
        return target
    }
}
