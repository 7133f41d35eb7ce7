/// Lines that hang on each other, drawn as a tree.
struct Tree {
    /// The line.
    var text: String
    /// What hangs on it.
    var children: [Tree]

    init(_ text: String, _ children: [Tree] = []) {
        self.text = text
        self.children = children
    }

    mutating func add(_ text: String, _ children: [Tree] = []) {
        self.children.append(Tree(text, children))
    }

    /// The drawing.
    ///
    /// - Parameter isPlain: ASCII only.
    func lines(isPlain: Bool) -> [String] {
        let marks =
            isPlain ? ["|- ", "`- ", "|  ", "   "] : ["├─ ", "└─ ", "│  ", "   "]
        return lines(marks)
    }

    private func lines(_ marks: [String]) -> [String] {
        var lines = [text]
        for (index, child) in children.enumerated() {
            let isLast = index == children.count - 1
            for (number, line) in child.lines(marks).enumerated() {
                let mark =
                    number == 0 ? (isLast ? marks[1] : marks[0]) : (isLast ? marks[3] : marks[2])
                lines.append(mark + line)
            }
        }
        return lines
    }
}
