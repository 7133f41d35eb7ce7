import Foundation
import Labeling
import Market

/// Reads candle and label files whole and by plain means; for tests only.
enum LabelFile {
    struct Unreadable: Error { let path: String }

    /// The package's root, found from this file.
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The expected results that are part of the repository; outside the target, whose files the
    /// package manager wants declared.
    static let fixtures = root.appending(path: "Tests/Fixtures/labels")

    /// The large files beside the repository; `SHARED_DATA` names another place for them.
    static let shared: URL? = {
        let named = ProcessInfo.processInfo.environment["SHARED_DATA"].map { URL(filePath: $0) }
        let place = named ?? root.deletingLastPathComponent().appending(path: "shared/data")
        return FileManager.default.fileExists(atPath: place.path) ? place : nil
    }()

    /// Candles in the layout of Binance's klines.
    static func candles(_ url: URL) throws -> [Candle] {
        try rows(url).map { fields in
            let values = fields[1...5].compactMap { Double($0) }
            guard let time = Int64(fields[0]), values.count == 5 else {
                throw Unreadable(path: url.path)
            }
            return Candle(
                time: time, open: values[0], high: values[1], low: values[2], close: values[3],
                volume: values[4])
        }
    }

    /// The rows of a label file as text, without its header.
    static func labels(_ url: URL) throws -> [String] {
        Array(try text(url).split(separator: "\n").dropFirst().map(String.init))
    }

    /// A JSON array of stamps.
    static func stamps(_ url: URL) throws -> [Int64] {
        try JSONDecoder().decode([Int64].self, from: Data(contentsOf: url))
    }

    private static func rows(_ url: URL) throws -> [[Substring]] {
        try text(url).split(separator: "\n").map { $0.split(separator: ",") }
    }

    private static func text(_ url: URL) throws -> String {
        guard url.pathExtension == "gz" else { return try String(contentsOf: url, encoding: .utf8) }
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", url.path]
        process.standardOutput = pipe
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let text = String(data: data, encoding: .utf8) else {
            throw Unreadable(path: url.path)
        }
        return text
    }
}

extension Label {
    /// The nine columns of a label file. Bit equality of the numbers is equality of this text:
    /// both sides write the shortest decimal that reads back.
    var row: String {
        let prices = "\(entryTime),\(entryPrice),\(exitTime),\(exitPrice),\(reason.name)"
        return "\(prices),\(grossBps),\(costsBps),\(netBps),\(isMeta ? 1 : 0)"
    }
}
