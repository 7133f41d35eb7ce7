/// Digests of a tag and what follows it, as the Merkle tree of RFC 6962 has them.
///
/// The tag is joined with the bytes on the stack: feeding it alone costs another call into
/// libcrypto, and an array an allocation, on each of two hashes for every event.
extension SHA256 {
    /// The digest of `tag` ‖ `bytes`.
    ///
    /// - Complexity: O(bytes), which are copied: meant for some hundred of them.
    public func hash(tag: UInt8, _ bytes: RawSpan) -> Hash256 {
        let count = bytes.byteCount
        return unsafe withUnsafeTemporaryAllocation(byteCount: 1 + count, alignment: 8) { buffer in
            unsafe buffer[0] = tag
            unsafe bytes.withUnsafeBytes { source in
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(
                    from: source)
            }
            return unsafe hash(buffer.bytes)
        }
    }

    /// The digest of `tag` ‖ `left` ‖ `right`.
    public func hash(tag: UInt8, _ left: Hash256, _ right: Hash256) -> Hash256 {
        unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            unsafe buffer[0] = tag
            unsafe buffer.storeBytes(of: left, toByteOffset: 1, as: Hash256.self)
            unsafe buffer.storeBytes(of: right, toByteOffset: 33, as: Hash256.self)
            return unsafe hash(buffer.bytes)
        }
    }
}
