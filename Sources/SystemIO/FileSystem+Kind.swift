import CZlib
import Glibc

extension FileSystem {
    /// What a path lies on.
    public struct Kind: Equatable, Sendable, CustomStringConvertible {
        /// The magic number that statfs(2) reports.
        public let magic: UInt32

        /// The file system with this magic number.
        public init(magic: UInt32) { self.magic = magic }

        /// Its name, or the number if it is not a known one.
        public var description: String {
            Self.network[magic] ?? Self.local[magic] ?? "0x" + String(magic, radix: 16)
        }

        /// Whether the files lie on another machine, or may.
        ///
        /// There, shared memory maps and locks are not coherent, and LMDB loses data. FUSE counts:
        /// what it leads to cannot be seen from here (sshfs, s3fs, virtiofs).
        public var isNetwork: Bool { Self.network[magic] != nil }

        /// Sources: statfs(2), linux/magic.h, and for those outside the kernel coreutils' stat.c.
        private static let network: [UInt32: String] = [
            0x6969: "nfs", 0x517B: "smb", 0xFE53_4D42: "smb2", 0xFF53_4D42: "cifs",
            0x0102_1997: "9p", 0x6573_5546: "fuse", 0x5346_414F: "afs", 0x6B41_4653: "kafs",
            0x7375_7245: "coda", 0x00C3_6400: "ceph", 0x564C: "ncp", 0x0116_1970: "gfs2",
            0x7461_636F: "ocfs2", 0x0BD0_0BD0: "lustre", 0x4750_4653: "gpfs",
            0x786F_4256: "vboxsf", 0xBACB_ACBC: "vmhgfs", 0x7C7C_6673: "prl_fs",
            0xAAD7_AAEA: "panfs", 0x1983_0326: "fhgfs", 0x013111A8: "ibrix",
        ]

        private static let local: [UInt32: String] = [
            0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x0102_1994: "tmpfs",
            0x794C_7630: "overlay", 0x2FC1_2FC1: "zfs", 0xF2F5_2010: "f2fs",
            0xCA45_1A4E: "bcachefs", 0x8584_58F6: "ramfs", 0xF15F: "ecryptfs", 0x4D44: "vfat",
            0x2011_BAB0: "exfat", 0x5346_544E: "ntfs", 0x7366_746E: "ntfs3",
            0x7371_7368: "squashfs",
        ]
    }

    /// The kind of file system that holds a path, which must exist.
    public static func kind(at path: String) throws(SystemError) -> Kind {
        Kind(magic: UInt32(truncatingIfNeeded: try volume(path).f_type))
    }

    /// Bytes that this user can still write on the path's file system.
    public static func freeBytes(at path: String) throws(SystemError) -> Int {
        let volume = try volume(path)
        let unit = volume.f_frsize > 0 ? volume.f_frsize : volume.f_bsize
        let (bytes, overflow) = Int(clamping: volume.f_bavail).multipliedReportingOverflow(
            by: Int(unit))
        return overflow ? .max : bytes
    }

    private static func volume(_ path: String) throws(SystemError) -> statfs {
        var volume = statfs()
        var result: Int32 = 0
        repeat { result = unsafe statfs(path, &volume) } while Descriptor.interrupted(result)
        guard result == 0 else { throw .last("examine the file system", path) }
        return volume
    }
}
