/// "Did you mean": the nearest name to a mistyped one.
public enum EditDistance {
    /// The candidate nearest to `name`, if it is near enough to be meant.
    ///
    /// - Complexity: O(candidates × length²).
    public static func nearest(to name: String, in candidates: [String]) -> String? {
        let limit = max(1, (name.count + 2) / 3)
        let best = candidates.min { distance(name, $0) < distance(name, $1) }
        return best.flatMap { distance(name, $0) <= limit ? $0 : nil }
    }

    /// Levenshtein's distance: insertions, deletions and replacements.
    static func distance(_ left: String, _ right: String) -> Int {
        let target = Array(right)
        var row = Array(0...target.count)
        for (i, character) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in target.indices {
                let substitution = diagonal + (character == target[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[target.count]
    }
}
