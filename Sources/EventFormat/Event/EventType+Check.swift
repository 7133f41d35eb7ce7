internal import CanonicalJSON

extension EventType {
    /// What keeps a payload from being one of this type; nil if nothing does.
    ///
    /// - Complexity: O(1) for columns, O(payload) for JSON, which must be canonical.
    public func defect(in payload: RawSpan) -> FormatError? {
        switch encoding {
        case .columns(let layout):
            do throws(FormatError) {
                _ = try ColumnPayload(payload, layout: layout)
                return nil
            } catch {
                return error
            }
        case .json:
            let bytes = payload.copy()
            if JSONValue.isPlainCanonical(bytes) { return nil }
            do throws(JSONError) {
                let value = try JSONValue(parsing: bytes)
                return value.canonicalBytes == bytes
                    ? nil : FormatError("the payload's JSON is not canonical")
            } catch {
                return FormatError("the payload is no JSON: \(error)")
            }
        }
    }
}
