import Glibc

/// The machine's processors.
public enum Processors {
    /// How many of them this process may use; 1 where the system does not say.
    public static var count: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
