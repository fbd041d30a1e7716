import CForgetfulFiles
import Testing

/// A disk below a folder that can lose its power, or be full.
final class Disk {
    private let disk: OpaquePointer

    /// Watches a folder, whose path has no links. Outside of it nothing changes.
    init(_ folder: String) throws {
        try #require(forgetful_install() == 0)
        disk = try #require(forgetful_watch(folder))
    }

    deinit {
        forgetful_end(disk)
    }

    /// How many writes, truncations, synchronisations and deletions there were.
    var operations: Int64 { forgetful_operations(disk) }

    var isCut: Bool { forgetful_is_cut(disk) != 0 }

    /// Cuts the power so many operations from now.
    func cut(after operations: Int64) { forgetful_cut_after(disk, operations) }

    /// Has no room so many operations from now.
    func fill(after operations: Int64) { forgetful_fill_after(disk, operations) }

    /// Has room again.
    func empty() { forgetful_fill_after(disk, -1) }

    /// Shows what a disk may show after the power was cut; from the seed follows what that is.
    func restart(seed: UInt64) throws { try #require(forgetful_restart(disk, seed) == 0) }
}
