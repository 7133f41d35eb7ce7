import CCrypto

/// SHA-256 (FIPS 180-4) through OpenSSL's `libcrypto`.
///
/// One context is made and used again for every digest: OpenSSL's one-shot call looks the algorithm
/// up anew each time, which costs 500 ns, four times the hashing of a 65-byte Merkle leaf.
/// Not thread-safe: every writer and every fold has a hasher of its own.
@safe public final class SHA256 {
    private let context: OpaquePointer
    /// Looked up once in the life of the process; libcrypto lets all threads share it.
    private nonisolated(unsafe) static let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)

    /// Makes a hasher.
    ///
    /// - Complexity: about 1 µs; keep it and use it again.
    public init() {
        guard let context = unsafe EVP_MD_CTX_new(), unsafe Self.algorithm != nil else {
            fatalError("libcrypto offers no SHA-256: reinstall libssl")
        }
        unsafe self.context = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// The digest of `bytes`.
    ///
    /// - Complexity: 0.2 µs and 0.65 ns a byte with the SHA instructions of x86-64.
    public func hash(_ bytes: RawSpan) -> Hash256 {
        begin()
        update(bytes)
        return finish()
    }

    /// The digest of `bytes`.
    public func hash(_ bytes: [UInt8]) -> Hash256 {
        unsafe hash(bytes.span.bytes)
    }

    /// The digest of words as they lie in memory; the caller has made them little-endian.
    ///
    /// Filling an array of words and hashing it whole is four times as fast as appending bytes.
    public func hash(littleEndianWords words: [UInt64]) -> Hash256 {
        unsafe hash(words.span.bytes)
    }

    /// Starts a digest that is fed by `update` and ended by `finish`.
    public func begin() {
        Self.check(unsafe EVP_DigestInit_ex2(context, Self.algorithm, nil))
    }

    /// Feeds `bytes` to the digest begun.
    public func update(_ bytes: RawSpan) {
        let status = unsafe bytes.withUnsafeBytes { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
        Self.check(status)
    }

    /// Ends the digest begun.
    public func finish() -> Hash256 {
        var digest = Hash256.zero
        let status = unsafe withUnsafeMutableBytes(of: &digest) { buffer in
            unsafe EVP_DigestFinal_ex(
                context, buffer.assumingMemoryBound(to: UInt8.self).baseAddress, nil)
        }
        Self.check(status)
        return digest
    }

    /// libcrypto fails here only when it is out of memory or broken: neither can be answered.
    private static func check(_ status: CInt) {
        precondition(status == 1, "libcrypto refused to hash")
    }
}
