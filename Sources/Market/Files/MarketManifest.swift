/// A list of markets and the files of their candles, for one call that takes many.
///
/// One line each, `symbol,file`; several lines may name one market. A symbol alone stands for a
/// market without new candles. Empty lines, lines that begin with `#`, and a first line
/// `symbol,file` are passed over.
public struct MarketManifest: Equatable, Sendable {
    /// One line.
    public struct Entry: Equatable, Sendable {
        /// The market's pair.
        public let symbol: Symbol
        /// The file as it is written there; nil where there are no new candles.
        public let file: String?
        /// The line's number, from 1.
        public let line: Int
    }

    /// Why a manifest is refused.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The line's number, from 1.
        public let line: Int
        /// What is wrong with it.
        public let reason: String
        /// Line and reason.
        public var description: String { "line \(line): \(reason)" }
    }

    /// The lines, in their order.
    public let entries: [Entry]

    /// Reads a manifest.
    ///
    /// - Complexity: O(text).
    public init(_ text: String) throws(Invalid) {
        var entries: [Entry] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let line = Self.trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if entries.isEmpty, line.lowercased() == "symbol,file" { continue }
            let comma = line.firstIndex(of: ",") ?? line.endIndex
            let name = Self.trimmed(line[..<comma])
            guard let symbol = Symbol(String(name)) else {
                throw Invalid(
                    line: number,
                    reason:
                        "'\(name)' is no symbol: expected BTC/USDT:USDT or BTC-USDT, a comma and "
                        + "a file")
            }
            let file = Self.trimmed(line[comma...].dropFirst())
            guard !file.isEmpty || comma == line.endIndex else {
                throw Invalid(line: number, reason: "a file is missing behind the comma")
            }
            entries.append(
                Entry(symbol: symbol, file: file.isEmpty ? nil : String(file), line: number))
        }
        self.entries = entries
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
