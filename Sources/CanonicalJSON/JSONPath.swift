/// Where a value stands in a document: `fees[2].maker_bps`, elements counted from 0.
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    private enum Step: Hashable {
        case name(String)
        case index(Int)
    }

    private var steps: [Step] = []

    /// The whole document.
    public init() {}

    /// A member of the document.
    public init(_ name: String) { steps = [.name(name)] }

    /// The member of this object.
    public func member(_ name: String) -> JSONPath { appending(.name(name)) }

    /// The element of this array.
    public func element(_ index: Int) -> JSONPath { appending(.index(index)) }

    /// What holds this value; nil for the whole document.
    public var parent: JSONPath? {
        guard !steps.isEmpty else { return nil }
        var parent = self
        parent.steps.removeLast()
        return parent
    }

    private func appending(_ step: Step) -> JSONPath {
        var path = self
        path.steps.append(step)
        return path
    }

    /// `fees[2].maker_bps`; nothing for the whole document. Names of other characters stand in quotes.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .name(let name): text += (text.isEmpty ? "" : ".") + Self.quoted(name)
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    private static func quoted(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isPlain && !name.isEmpty ? name : JSONValue.string(name).canonicalText
    }
}
