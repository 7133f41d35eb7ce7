internal import CanonicalJSON

/// The tables and values of a document while it is read, and who may still extend what.
struct TOMLTree {
    /// What a node is, and for a table how it came to be: that decides who may add to it.
    enum Kind {
        case scalar(JSONValue)
        /// A table between the names of a header, `a` of `[a.b]`: a header may still define it.
        case implicit
        /// A table that a header defined.
        case header
        /// A table between the names of a key, `a` of `a.b = 1`.
        case dotted
        /// A table in braces: closed.
        case inline
        /// An array in brackets: closed.
        case array
        /// The tables of `[[a]]`, one an element.
        case tables
    }

    private struct Node {
        var kind: Kind
        var line: Int
        var depth: Int
        var name = ""
        var children: [Int] = []
        /// The children by the bytes of their names: Swift's == takes two spellings of "é" for one.
        var index: [[UInt8]: Int] = [:]
    }

    static let root = 0
    /// The document around them is one more: JSON's reader takes 64.
    private static let depthLimit = 63

    private var nodes = [Node(kind: .header, line: 1, depth: 0)]

    /// The table of a header: `[a.b]`, or with `isArray` a new one of `[[a.b]]`.
    mutating func open(
        _ names: [String], isArray: Bool, line: Int
    ) throws(TOMLError) -> Int {
        var table = Self.root
        for name in names.dropLast() {
            guard let child = child(name, of: table) else {
                table = try add(name, to: table, .implicit, line)
                continue
            }
            switch nodes[child].kind {
            case .implicit, .header, .dotted: table = child
            case .tables: table = nodes[child].children.last!
            case .scalar, .inline, .array: throw twice(name, child, line)
            }
        }
        let name = names[names.count - 1]
        guard let child = child(name, of: table) else {
            guard isArray else { return try add(name, to: table, .header, line) }
            return try addElement(to: try add(name, to: table, .tables, line), .header, line)
        }
        switch (nodes[child].kind, isArray) {
        case (.implicit, false):
            nodes[child].kind = .header
            nodes[child].line = line
            return child
        case (.tables, true): return try addElement(to: child, .header, line)
        default: throw twice(name, child, line)
        }
    }

    /// The node of a key in a table, whose value is still to be read.
    mutating func define(
        _ names: [String], in table: Int, line: Int
    ) throws(TOMLError) -> Int {
        var table = table
        for name in names.dropLast() {
            guard let child = child(name, of: table) else {
                table = try add(name, to: table, .dotted, line)
                continue
            }
            guard case .dotted = nodes[child].kind else { throw twice(name, child, line) }
            table = child
        }
        let name = names[names.count - 1]
        if let child = child(name, of: table) { throw twice(name, child, line) }
        return try add(name, to: table, .scalar(.null), line)
    }

    /// Says what a node is, once its value begins.
    mutating func set(_ kind: Kind, at node: Int) { nodes[node].kind = kind }

    /// Another element of an array.
    mutating func addElement(
        to array: Int, _ kind: Kind, _ line: Int
    ) throws(TOMLError) -> Int {
        let depth = nodes[array].depth + 1
        guard depth <= Self.depthLimit else {
            throw TOMLError(message: "nested deeper than \(Self.depthLimit)", line: line)
        }
        nodes.append(Node(kind: kind, line: line, depth: depth))
        nodes[array].children.append(nodes.count - 1)
        return nodes.count - 1
    }

    private mutating func add(
        _ name: String, to table: Int, _ kind: Kind, _ line: Int
    ) throws(TOMLError) -> Int {
        let node = try addElement(to: table, kind, line)
        nodes[node].name = name
        nodes[table].index[Array(name.utf8)] = node
        return node
    }

    private func child(_ name: String, of table: Int) -> Int? {
        nodes[table].index[Array(name.utf8)]
    }

    private func twice(_ name: String, _ node: Int, _ line: Int) -> TOMLError {
        TOMLError(
            message: "\(JSONPath(name)) is there already, on line \(nodes[node].line)", line: line)
    }

    /// All of it as a JSON value, with its lines.
    func document() -> JSONDocument {
        var lines: [JSONPath: Int] = [:]
        let value = value(of: Self.root, at: JSONPath(), &lines)
        return JSONDocument(value: value, lines: lines)
    }

    private func value(
        of number: Int, at path: JSONPath, _ lines: inout [JSONPath: Int]
    ) -> JSONValue {
        let node = nodes[number]
        if number != Self.root { lines[path] = node.line }
        switch node.kind {
        case .scalar(let value): return value
        case .array, .tables:
            var elements: [JSONValue] = []
            for (index, child) in node.children.enumerated() {
                elements.append(value(of: child, at: path.element(index), &lines))
            }
            return .array(elements)
        case .implicit, .header, .dotted, .inline:
            var members: [JSONValue.Member] = []
            for child in node.children {
                let name = nodes[child].name
                members.append(.init(name, value(of: child, at: path.member(name), &lines)))
            }
            return .object(members)
        }
    }
}
