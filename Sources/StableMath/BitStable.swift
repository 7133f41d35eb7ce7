/// Elementary functions that give the same bits on every machine and with every C library.
///
/// C libraries round `exp` as they like, so a result that is hashed or recomputed for checking must
/// not pass through them. These functions use addition, multiplication, division and bit patterns
/// only, which IEEE 754 defines to the last bit; Swift never fuses a multiplication with an
/// addition. They follow fdlibm (Sun Microsystems, 1993), as `StrictMath` of Java does.
///
/// Constants are hexadecimal: a decimal literal passes through 80 bits on x86 and could be rounded
/// twice.
public enum BitStable {
    /// ln 2.
    public static let ln2 = 0x1.62e42fefa39efp-1
}
