import Foundation
import SystemIO

/// The real candles that lie beside the package, where there are any.
enum SharedData {
    /// The uncompressed bytes of a file, or nil, and a line that says so.
    static func bytes(_ name: String, file: String = #filePath) throws -> [UInt8]? {
        let package = URL(fileURLWithPath: file).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = package.deletingLastPathComponent().path + "/shared/data/" + name
        guard FileSystem.exists(path) else {
            print("skipped: no \(path)")
            return nil
        }
        return try Gzip.decompress(FileBytes.read(path: path), limit: 1 << 30)
    }
}
