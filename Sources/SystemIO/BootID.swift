/// Which start of the machine this is.
public enum BootID {
    /// The kernel's 128 random bits of this start, as its text: another one means that the machine
    /// stopped since, in whatever way. Nil where the system does not tell.
    public static func current() -> String? {
        guard let bytes = try? FileBytes.read(path: "/proc/sys/kernel/random/boot_id", limit: 64)
        else { return nil }
        let text = String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
        return text.utf8.count == 36 ? text : nil
    }
}
