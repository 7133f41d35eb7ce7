internal import Digest
internal import EventFormat
internal import EventStorage
internal import Projections

extension FuzzTarget {
    /// Records of the store: the first byte chooses which. What is read encodes to the same bytes.
    ///
    /// Records that end with a hash are read as they are and with the hash they should have, which no
    /// mutation finds.
    static let records = FuzzTarget(name: "records") { (input) throws(Violation) in
        let bytes = Array(input.dropFirst())
        switch (input.first ?? 0) % 8 {
        case 0:
            for bytes in withAndWithoutSum(bytes) {
                guard let identity = try? StoreIdentity(bytes.rawSpan) else { continue }
                try require(identity.bytes == bytes, "an identity encodes differently")
            }
        case 1:
            guard let head = try? StoreHead(bytes.rawSpan) else { return }
            try require(head.bytes == bytes, "a store's head encodes differently")
            _ = head.tree.root(hasher: SHA256())
        case 2:
            guard let head = try? StreamHead(bytes.rawSpan) else { return }
            try require(head.bytes == bytes, "a stream's head encodes differently")
        case 3:
            for bytes in withAndWithoutSum(bytes) {
                guard let head = TrustedHead(bytes.rawSpan) else { continue }
                try require(head.store.description.count == 32, "an id has 32 digits")
            }
        case 4: try checkSealed(bytes)
        case 5:
            guard let total = RecordTotal(bytes.rawSpan) else { return }
            try require(total.bytes == bytes, "a total of records encodes differently")
        case 6:
            let skips = bytes.count >= 40 ? Int(bytes.rawSpan.load(UInt32.self, at: 36)) : 0
            guard let record = MarketRecord(.value(bytes), skips: skips) else { return }
            // What a program wrote that knew fewer types is read too; zeros are not looked at.
            let own = record.bytes
            let isSame = own.indices.allSatisfy { index in
                own[index] == bytes[index] || [12, 13].contains(index)
                    || (28..<32).contains(index) || (140..<144).contains(index)
            }
            try require(
                own.count == bytes.count && isSame, "a market's record encodes differently")
        default:
            for bytes in withAndWithoutSum(bytes) {
                guard let header = try? SegmentHeader(bytes.rawSpan) else { continue }
                try require(header.bytes == bytes, "a backup's header encodes differently")
                _ = (header.eventCount, header.isFull)
            }
        }
    }

    /// The bytes, and the same with the SHA-256 of the others as their last 32.
    private static func withAndWithoutSum(_ bytes: [UInt8]) -> [[UInt8]] {
        guard bytes.count >= Hash256.byteCount else { return [bytes] }
        let content = Array(bytes.dropLast(Hash256.byteCount))
        return [bytes, content + SHA256().hash(content).bytes]
    }

    private static func checkSealed(_ bytes: [UInt8]) throws(Violation) {
        let hasher = SHA256()
        let (key, value) = (Array(bytes.prefix(4)), Array(bytes.dropFirst(4)))
        _ = SealedRecord.open(value.rawSpan, key: key, hasher: hasher)
        var total = RecordTotal()
        total.add(value.rawSpan)
        total.remove(value.rawSpan)
        try require(total == RecordTotal(), "a record that was added cannot be removed")
        let sealed = SealedRecord.seal(value, key: key, hasher: hasher)
        let opened = SealedRecord.open(sealed.rawSpan, key: key, hasher: hasher)?.copy()
        try require(opened == value, "a sealed record does not open")
    }
}
