internal import CanonicalJSON
internal import TOML

extension FuzzTarget {
    /// TOML: what is read is a JSON value that JSON's own reader reads back.
    static let toml = FuzzTarget(name: "toml") { (input) throws(Violation) in
        guard let document = try? JSONDocument(toml: input) else { return }
        let canonical = document.value.canonicalBytes
        let again = try? JSONDocument(parsing: canonical)
        try require(again?.value.canonicalBytes == canonical, "a value changes in JSON")
        let lines = input.count { $0 == UInt8(ascii: "\n") } + 1
        for member in document.value.members ?? [] {
            let line = document.line(of: JSONPath(member.name)) ?? 0
            try require((1...lines).contains(line), "\(member.name) stands on line \(line)")
        }
    }
}
