/// Where alerts go: a file, a command, later the network.
///
/// Alerts are delivered after the commit that raised them, so that a sink can neither hold up nor
/// undo it; what it says of a delivery is recorded.
public protocol AlertSink: Sendable {
    /// Identifies the sink in recorded deliveries: `file:/var/log/alerts.jsonl`,
    /// `command:/usr/bin/page --now`.
    var name: String { get }

    /// Delivers an alert, and returns when it is there or was given up.
    ///
    /// An alert that was delivered in spite of a failure may arrive twice; none is lost unsaid.
    ///
    /// - Parameter alert: one line of JSON, without its newline.
    func deliver(_ alert: [UInt8]) -> AlertDelivery
}
