/// This program, as events name it.
public enum Program {
    /// The version recorded with every update.
    public static let version = "0.2.0"
}
