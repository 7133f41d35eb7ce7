/// Numbers as people read them.
enum Number {
    /// `129,578`.
    static func grouped(_ value: some BinaryInteger) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + text
    }

    /// A number with so many decimals, rounded half to even.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded(.toNearestOrEven)
        guard scaled < 9e15 else { return "\(value)" }
        let whole = Int64(scaled)
        let factor = Int64(scale)
        let sign = value < 0 && whole != 0 ? "-" : ""
        guard decimals > 0 else { return sign + String(whole) }
        let fraction = String(whole % factor)
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(sign)\(whole / factor).\(zeros)\(fraction)"
    }

    /// A measured number, short: four decimals, or three digits and an exponent where it is tiny.
    static func short(_ value: Double) -> String {
        let size = value.magnitude
        guard size > 0, size < 0.001 || size >= 1e9, size.isFinite else { return fixed(value, 4) }
        // Exact digits of a power of ten are not needed: people read three of them.
        var exponent = 0
        var rest = size
        while rest >= 10 { (rest, exponent) = (rest / 10, exponent + 1) }
        while rest < 1 { (rest, exponent) = (rest * 10, exponent - 1) }
        var digits = fixed(rest, 2)
        if digits == "10.00" { (digits, exponent) = ("1.00", exponent + 1) }
        return "\(value < 0 ? "-" : "")\(digits)e\(exponent)"
    }

    /// `12.24 %` of a share.
    static func percent(_ share: Double) -> String { "\(fixed(share * 100, 2)) %" }

    /// `3.2 MiB`.
    static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(count)
        var unit = 0
        while value >= 1_024, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return unit == 0 ? "\(count) B" : "\(fixed(value, 1)) \(units[unit])"
    }
}
