import CCrypto

/// A private key of Ed25519 (RFC 8032) through OpenSSL's `libcrypto`.
///
/// The key is its seed of 32 bytes, from which everything else follows; signatures need no
/// randomness, so the same text under the same key always has the same signature.
public struct SigningKey: Sendable {
    /// Bytes of a seed.
    public static let byteCount = 32

    /// The 32 secret bytes (the "private key" of RFC 8032 §5.1.5).
    public let seed: [UInt8]
    /// What verifies this key's signatures.
    public let publicKey: VerifyingKey

    /// The key that a seed of 32 random bytes gives; nil for another number of bytes.
    ///
    /// - Complexity: about 50 µs: one multiplication on the curve.
    public init?(seed: [UInt8]) {
        guard seed.count == Self.byteCount else { return nil }
        self.seed = seed
        var bytes = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        let status = unsafe Self.withKey(seed) { key in
            var count = bytes.count
            return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                unsafe EVP_PKEY_get_raw_public_key(key, buffer.baseAddress, &count)
            }
        }
        precondition(status == 1, "libcrypto refused to derive a public key")
        publicKey = VerifyingKey(unchecked: bytes)
    }

    /// The signature of a text, 64 bytes (RFC 8032 §5.1.6).
    public func sign(_ text: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureByteCount)
        let status = unsafe Self.withKey(seed) { key in
            let context = unsafe EVP_MD_CTX_new()
            defer { unsafe EVP_MD_CTX_free(context) }
            guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1 else { return 0 }
            var count = signature.count
            return unsafe signature.withUnsafeMutableBufferPointer { buffer in
                unsafe text.withUnsafeBufferPointer { text in
                    unsafe EVP_DigestSign(
                        context, buffer.baseAddress, &count, text.baseAddress, text.count)
                }
            }
        }
        // It fails only when it is out of memory or broken: neither can be answered.
        precondition(status == 1, "libcrypto refused to sign")
        return signature
    }

    private static func withKey(_ seed: [UInt8], _ body: (OpaquePointer) -> CInt) -> CInt {
        let key = unsafe seed.withUnsafeBufferPointer { buffer in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, buffer.baseAddress, buffer.count)
        }
        guard let key = unsafe key else { fatalError("libcrypto offers no Ed25519") }
        defer { unsafe EVP_PKEY_free(key) }
        return unsafe body(key)
    }
}
