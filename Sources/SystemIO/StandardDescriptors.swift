import Glibc

/// The descriptors 0, 1 and 2, which a program is born with. Usually.
public enum StandardDescriptors {
    /// Opens `/dev/null` in the place of those that the caller closed.
    ///
    /// The next file opened takes the lowest free number: without this, a store opened by a program
    /// started with `>&-` becomes its standard output, and the first line printed destroys it.
    public static func fillWithNull() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one: the ones below are open by now.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }
}
