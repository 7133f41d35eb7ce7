/// What a mode reached, by name, in the order of first mention.
struct Counts {
    private var values: [(name: String, count: Int)] = []

    /// Counts something.
    mutating func add(_ name: String, _ count: Int = 1) {
        if let index = values.firstIndex(where: { $0.name == name }) {
            values[index].count += count
        } else {
            values.append((name, count))
        }
    }

    /// One line a count, for a parent process.
    var lines: [String] { values.map { "count \($0.count) \($0.name)" } }

    /// Adds the lines of a child; false if there is none, or one that is no count.
    mutating func add(lines: [String]) -> Bool {
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, parts[0] == "count", let count = Int(parts[1]) else {
                return false
            }
            add(String(parts[2]), count)
        }
        return !lines.isEmpty
    }

    /// `kills 40, commits 300`.
    var description: String { values.map { "\($0.name) \($0.count)" }.joined(separator: ", ") }
}
