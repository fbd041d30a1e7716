import CSodium
import Synchronization

/// Guarded memory, cut into slots.
///
/// `sodium_malloc` surrounds each allocation with inaccessible pages and locks it into RAM, which costs several
/// kernel mappings each; one allocation per secret would meet the kernel's limit on mappings (65,530 by default)
/// near 16,000 secrets. So secrets up to 4 KiB share slabs: each slab serves one slot size, a free slot is always
/// zero, and slabs are kept for the life of the process. A larger secret has an allocation of its own.
///
/// Locking is best effort: past the process's locked-memory limit libsodium goes on without it.
enum SecretSlab {
    /// Slot sizes in bytes, each a multiple of 16 so that every slot is aligned for any key.
    private static let slotSizes = [32, 64, 128, 512, 4096]
    private static let slabSize = 32768

    /// The free slots of each size, last freed first. Slots are addresses inside slabs that nobody else refers to.
    private struct FreeSlots: ~Copyable {
        var bySize: [[UnsafeMutableRawPointer]] = Array(repeating: [], count: SecretSlab.slotSizes.count)
    }

    private static let free = Mutex(FreeSlots())

    /// A zeroed slot of at least `count` bytes.
    static func take(_ count: Int) -> UnsafeMutableRawPointer {
        guard let size = slotSizes.firstIndex(where: { $0 >= count }) else { return allocate(count) }
        return free.withLock { free in
            if free.bySize[size].isEmpty {
                let slab = allocate(slabSize)
                let slots = stride(from: 0, to: slabSize, by: slotSizes[size])
                free.bySize[size].append(contentsOf: slots.reversed().map { slab + $0 })
            }
            return free.bySize[size].removeLast()
        }
    }

    /// Zeroes a slot that ``take(_:)`` gave for the same `count` and offers it again.
    static func giveBack(_ slot: UnsafeMutableRawPointer, _ count: Int) {
        guard let size = slotSizes.firstIndex(where: { $0 >= count }) else { return sodium_free(slot) }
        sodium_memzero(slot, slotSizes[size])
        // The pointer crosses into the lock as its address: nobody else holds it any more.
        let address = UInt(bitPattern: slot)
        free.withLock { free in
            if let slot = UnsafeMutableRawPointer(bitPattern: address) { free.bySize[size].append(slot) }
        }
    }

    /// Zeroed guarded memory. Running out of memory ends the process, as it does for every other Swift allocation.
    private static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        Sodium.ensureReady()
        guard let memory = sodium_malloc(count) else { preconditionFailure("out of guarded memory") }
        sodium_memzero(memory, count)
        return memory
    }
}
