internal import CLMDB
internal import Synchronization

/// The one seam between this package and LMDB's writing calls: tests make the n-th of them fail,
/// the benchmark records them to repeat them bare.
///
/// Costs one relaxed atomic load a call while nothing is armed.
package enum Calls {
    /// What is armed.
    private struct Plan {
        /// Calls left before one fails; nil if none shall.
        var callsUntilFailure: Int?
        /// The code it fails with.
        var code: Int32 = 0
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

    /// Makes the `count`-th writing call from now (1 = the next) fail once with `code`.
    package static func fail(after count: Int, code: Int32) {
        plan.withLock {
            $0.callsUntilFailure = count
            $0.code = code
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
        if armed.load(ordering: .relaxed), let code = plannedFailure() {
            throw LMDBError(code: code, call: call.description)
        }
        try check(call, body())
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

    private static func plannedFailure() -> Int32? {
        plan.withLock { plan in
            guard let left = plan.callsUntilFailure else { return nil }
            plan.callsUntilFailure = left > 1 ? left - 1 : nil
            return left == 1 ? plan.code : nil
        }
    }
}
