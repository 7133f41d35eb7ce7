/// What became of one alert at one sink.
public struct AlertDelivery: Equatable, Sendable {
    /// Whether the sink has taken it.
    public let isDelivered: Bool
    /// How often it was tried.
    public let attempts: Int
    /// Why it failed, in one line that may be printed: exit code, signal, what the command said.
    /// Empty if it was delivered.
    public let detail: String

    /// Most characters of a detail.
    public static let maximumDetail = 200

    /// A delivery as it is recorded.
    ///
    /// - Parameter detail: cut to ``maximumDetail``; what would move a terminal's cursor or break a
    ///   line, as a command's words may, is replaced by spaces.
    public init(isDelivered: Bool, attempts: Int, detail: String = "") {
        self.isDelivered = isDelivered
        self.attempts = attempts
        self.detail = Self.printable(detail)
    }

    private static func printable(_ text: String) -> String {
        // Counted in scalars: one character may hold thousands of them.
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(maximumDetail) {
            let isPrintable = scalar.isPlain && scalar.properties.generalCategory != .format
            line.append(isPrintable ? scalar : " ")
        }
        if text.unicodeScalars.count > maximumDetail {
            line.removeLast()
            line.append("…")
        }
        return String(line)
    }
}
