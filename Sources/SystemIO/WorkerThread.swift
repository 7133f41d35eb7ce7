import Glibc

/// A thread that runs one closure; letting it go waits for its end.
///
/// For work that keeps a processor busy inside a synchronous call, where Swift's tasks cannot be
/// waited for.
public struct WorkerThread: ~Copyable {
    private let thread: pthread_t

    /// What the thread runs, boxed for the C function that starts it.
    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Starts a thread; nil if the system has none left, and then nothing was run.
    public init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = unsafe Unmanaged.passRetained(Work(body))
        let status = unsafe pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard status == 0 else {
            unsafe work.release()
            return nil
        }
        self.thread = thread
    }

    deinit { pthread_join(thread, nil) }

    /// Waits until the closure has returned.
    public consuming func join() {}
}
