internal import CLMDB
internal import Synchronization

/// The one seam between this package and LMDB: every call that can fail passes it. Tests make the
/// n-th of them fail, the benchmark records the puts to repeat them bare.
///
/// Costs one relaxed atomic load a call while nothing is armed. Only the end of a reading
/// transaction passes by: LMDB gives its slot back and cannot fail.
package enum Calls {
    /// What is armed.
    private struct Plan {
        /// Calls left before one fails; nil if none shall.
        var callsUntilFailure: Int?
        /// The code it fails with.
        var code: Int32 = 0
        /// Whether only writing calls are counted.
        var countsWritingOnly = true
        /// The puts and deletes seen, if they are recorded.
        var recorded: [Put]?
    }

    /// A recorded put, or a delete where `value` is nil.
    package struct Put: Sendable {
        /// The database's name.
        package let database: String
        /// The key.
        package let key: [UInt8]
        /// The value; nil for a delete.
        package let value: [UInt8]?
        /// Whether the key was appended.
        package let appends: Bool
    }

    private static let armed = Atomic<Bool>(false)
    private static let plan = Mutex(Plan())

    /// Makes the `count`-th call from now (1 = the next) fail once with `code`.
    ///
    /// - Parameter amongAll: counts every call, not the writing ones alone.
    package static func fail(after count: Int, code: Int32, amongAll: Bool = false) {
        plan.withLock {
            $0.callsUntilFailure = count
            $0.code = code
            $0.countsWritingOnly = !amongAll
        }
        armed.store(true, ordering: .sequentiallyConsistent)
    }

    /// Starts to record puts.
    package static func record() {
        plan.withLock { $0.recorded = [] }
        armed.store(true, ordering: .sequentiallyConsistent)
    }

    /// Ends failing and recording.
    ///
    /// - Returns: what was recorded, and whether a failure planned did not come to pass.
    @discardableResult
    package static func disarm() -> (recorded: [Put], pending: Bool) {
        armed.store(false, ordering: .sequentiallyConsistent)
        return plan.withLock { plan in
            defer { plan = Plan() }
            return (plan.recorded ?? [], plan.callsUntilFailure != nil)
        }
    }

    /// Runs a writing call, or fails in its stead.
    @inline(__always)
    static func run(_ call: StaticString, _ body: () -> CInt) throws(LMDBError) {
        try check(call, result(writes: true, body))
    }

    /// Runs a call that opens, reads or closes, or fails in its stead.
    @inline(__always)
    static func look(_ call: StaticString, _ body: () -> CInt) throws(LMDBError) {
        try check(call, result(writes: false, body))
    }

    /// Runs a call whose code says more than success or failure.
    @inline(__always)
    static func result(writes: Bool, _ body: () -> CInt) -> CInt {
        if armed.load(ordering: .relaxed), let code = plannedFailure(writes: writes) {
            return code
        }
        return body()
    }

    /// Throws where a call did not succeed.
    @inline(__always)
    static func check(_ call: StaticString, _ code: CInt) throws(LMDBError) {
        if code != 0 { throw LMDBError(code: code, call: call.description) }
    }

    /// Notes a put where puts are recorded.
    @inline(__always)
    static func note(_ put: @autoclosure () -> Put) {
        guard armed.load(ordering: .relaxed) else { return }
        let put = put()
        plan.withLock { $0.recorded?.append(put) }
    }

    private static func plannedFailure(writes: Bool) -> Int32? {
        plan.withLock { plan in
            guard let left = plan.callsUntilFailure, writes || !plan.countsWritingOnly
            else { return nil }
            plan.callsUntilFailure = left > 1 ? left - 1 : nil
            return left == 1 ? plan.code : nil
        }
    }
}
