/// A market's pair: base and quote currency, and the settlement currency of a perpetual.
public struct Symbol: Hashable, Sendable, CustomStringConvertible {
    /// The currency traded: `BTC`.
    public let base: String
    /// The currency it is priced in: `USDT`.
    public let quote: String
    /// The settlement currency of a derivative; nil for spot.
    public let settle: String?

    /// Reads `BTC/USDT`, `BTC-USDT`, `BTC/USDT:USDT` or `BTC-USDT:USDT`, in any case.
    ///
    /// `BTCUSDT` is refused: where the pair divides would be a guess.
    public init?(_ text: String) {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        let pair = halves[0].split(omittingEmptySubsequences: false) { $0 == "/" || $0 == "-" }
        guard pair.count == 2 else { return nil }
        let parts = pair + halves.dropFirst()
        // Before the change of case: Unicode would make an "SS" of an "ß".
        guard parts.allSatisfy(Self.isName) else { return nil }
        let names = parts.map { $0.uppercased() }
        base = names[0]
        quote = names[1]
        settle = names.count == 3 ? names[2] : nil
    }

    private static func isName(_ name: Substring) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x41...0x5A).contains($0 & ~0x20) || (0x30...0x39).contains($0)
            }
    }

    /// The canonical text: `BTC-USDT:USDT`. It holds no `/`, which divides a stream's name.
    public var description: String {
        "\(base)-\(quote)" + (settle.map { ":\($0)" } ?? "")
    }
}
