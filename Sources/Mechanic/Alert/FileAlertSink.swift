internal import SystemIO

/// Appends alerts to a file, one line each.
///
/// Several processes may append to one file, and it may be rotated by renaming it: every alert
/// opens it anew.
public struct FileAlertSink: AlertSink {
    /// `file:` and the path.
    public let name: String
    private let path: String

    /// How long another process may hold the file.
    private static let patience = Duration.seconds(10)

    /// A sink for a file, which is made (mode 0644) with the first alert; its directory must exist.
    public init(path: String) {
        name = "file:\(path)"
        self.path = path
    }

    /// Appends the alert and waits until it is on the disk.
    ///
    /// - Precondition: no newline is in the alert.
    public func deliver(_ alert: [UInt8]) -> AlertDelivery {
        do throws(FileLockError) {
            try FileSystem.appendLine(alert, to: path, waiting: Self.patience)
            return AlertDelivery(isDelivered: true, attempts: 1)
        } catch {
            return AlertDelivery(isDelivered: false, attempts: 1, detail: error.description)
        }
    }
}
