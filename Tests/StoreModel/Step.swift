package import EventFormat
package import EventStorage

/// One append to a store, drawn in advance, with what must become of it.
package struct Step: Sendable {
    /// One act of the append's body.
    package enum Act: Sendable {
        /// An event, and what the model says to it.
        case append(EventData, StreamID, ExpectedVersion, ModelStore.Outcome)
        /// A projection's record, or its removal.
        case record([UInt8], [UInt8]?)
    }

    /// Thrown by a body that was drawn to fail.
    struct Refusal: Error {}

    /// The clock.
    package let now: Int64
    /// What the body does.
    package let acts: [Act]
    /// Whether the body throws at its end.
    package let fails: Bool
    /// Whether a commit follows.
    package let commits: Bool

    /// Does it to a store, and looks at the store before and after.
    ///
    /// - Throws: ``Violation`` where the store answers otherwise than the model; an error of the
    ///   machine as it comes.
    package func apply(to store: EventStore) throws {
        let before = try store.head()
        let after = try perform(on: store) ?? before
        try requireEqual(try store.head(), after, "the head after the receipt's")
        try requireEqual(after.commit, before.commit + (commits ? 1 : 0), "the commit's number")
    }

    /// Does it to a store.
    ///
    /// - Returns: where the log ends; nil if the body threw, as it was drawn to.
    package func perform(on store: EventStore) throws -> StoreHead? {
        do {
            let receipt = try store.append(at: now) { commit in
                for act in acts { try Self.perform(act, &commit) }
                if fails { throw Refusal() }
            }.receipt
            try require(!fails, "a body that threw was committed")
            try requireEqual(receipt.newEvents > 0, commits, "whether there was a commit")
            return receipt.head
        } catch is Refusal {
            return nil
        }
    }

    private static func perform(_ act: Act, _ commit: inout Commit) throws {
        switch act {
        case .record(let key, let value):
            commit.setProjection(key, value)
        case .append(let event, let stream, let expected, let outcome):
            let actual: ModelStore.Outcome
            do {
                let appended = try commit.append(event, to: stream, expecting: expected)
                let position = Int(appended.position.number)
                actual = appended.isNew ? .new(position: position) : .known(position: position)
            } catch {
                let refusals: [EventStoreError.Code] = [
                    .wrongExpectedVersion, .streamNotFound, .keyReused,
                ]
                guard refusals.contains(error.code) else { throw error }
                actual = .refused(error.code)
            }
            try requireEqual(actual, outcome, "an append to \(stream) expecting \(expected)")
        }
    }
}
