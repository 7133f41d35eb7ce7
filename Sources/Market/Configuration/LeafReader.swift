internal import CanonicalJSON
internal import Spelling

/// A value of a document while a leaf is read from it.
struct LeafReader {
    typealias Invalid = LabelingConfiguration.Invalid

    let path: JSONPath
    let value: JSONValue

    func number() throws(Invalid) -> Double {
        guard let number = value.double else { throw Invalid(path, "expected a number") }
        return number
    }

    func integer() throws(Invalid) -> Int {
        guard let integer = value.int64 else { throw Invalid(path, "expected a whole number") }
        return Int(integer)
    }

    /// One of the values of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(Invalid) -> Choice {
        if let choice = value.text.flatMap(Choice.init) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        throw Invalid(path, "expected one of \(names)")
    }

    func string() throws(Invalid) -> String {
        guard let text = value.text, !text.isEmpty else {
            throw Invalid(path, "expected a text")
        }
        return text
    }

    private func day() throws(Invalid) -> UTCDay {
        guard let day = value.text.flatMap({ UTCDay($0) }) else {
            throw Invalid(path, "expected a day such as 2023-01-01")
        }
        return day
    }

    func feeEntries() throws(Invalid) -> [FeeSchedule.Entry] {
        guard let elements = value.elements else { throw Invalid(path, "expected an array") }
        var entries: [FeeSchedule.Entry] = []
        for (index, element) in elements.enumerated() {
            entries.append(try LeafReader(path: path.element(index), value: element).feeEntry())
        }
        return entries
    }

    private func feeEntry() throws(Invalid) -> FeeSchedule.Entry {
        let names = FeeSchedule.Entry.keys
        guard let members = value.members else {
            throw Invalid(path, "expected \(names.joined(separator: ", "))")
        }
        for member in members where !names.contains(member.name) {
            throw Invalid(path.member(member.name), Self.unknownKey(member.name))
        }
        return FeeSchedule.Entry(
            exchange: try part("exchange").string(), from: try part("from").day(),
            makerBps: try part("maker_bps").number(), takerBps: try part("taker_bps").number())
    }

    private func part(_ name: String) throws(Invalid) -> LeafReader {
        guard let part = value[name] else { throw Invalid(path, "\(name) is missing") }
        return LeafReader(path: path.member(name), value: part)
    }

    private static func unknownKey(_ name: String) -> String {
        // In TOML everything below [[fees]] belongs to it, which is easily overlooked.
        if ConfigurationLeaf(rawValue: name) != nil {
            return "is a leaf, no part of a fee; in TOML it stands above the first [[fees]]"
        }
        let near = EditDistance.nearest(to: name, in: FeeSchedule.Entry.keys)
        return "unknown key" + (near.map { "; did you mean \($0)?" } ?? "")
    }
}

extension FeeSchedule.Entry {
    /// The keys of an entry in documents.
    static let keys = ["exchange", "from", "maker_bps", "taker_bps"]

    /// The entry in documents.
    var json: JSONValue {
        [
            "exchange": .string(exchange), "from": .string(from.description),
            "maker_bps": .number(makerBps), "taker_bps": .number(takerBps),
        ]
    }
}
