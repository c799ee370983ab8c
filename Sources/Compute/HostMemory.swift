import Foundation

/// Memory of this process for `count` elements, all 0 at first, that devices which share the host's memory work in.
///
/// It lies in whole pages, large ones where the system has them to give: a page of 4 KiB costs a fault when it is first
/// touched, and a VGG-16 touches 460 MiB beside its file.
public final class HostMemory: Sendable {
  // What lies there is its users' to guard; the memory goes with this object.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer
  public let byteCount: Int
  /// What was asked of the system: room to begin at a large page's border.
  private nonisolated(unsafe) let start: UnsafeMutableRawPointer
  private let reserved: Int

  private static let largePage = 2 << 20

  /// - Precondition: `byteCount` is positive.
  /// - Throws: `ComputeError.insufficientMemory` where the system has none left.
  public init(byteCount: Int, for purpose: String = "memory") throws(ComputeError) {
    precondition(byteCount > 0, "\(byteCount) bytes")
    let isLarge = byteCount >= Self.largePage
    let reserved = byteCount + (isLarge ? Self.largePage : 0)
    guard let start = mmap(nil, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      start != MAP_FAILED
    else {
      throw .insufficientMemory(
        what: purpose, needed: byteCount, available: 0, remedy: "use a smaller batch or image, or another device")
    }
    self.byteCount = byteCount
    self.start = start
    self.reserved = reserved
    guard isLarge else {
      base = start
      return
    }
    base = start + (Self.largePage - Int(bitPattern: start) % Self.largePage) % Self.largePage
    madvise(base, byteCount, Int32(MADV_HUGEPAGE))
  }

  deinit { munmap(start, reserved) }

  /// The memory, valid as long as this object is.
  public var bytes: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(start: base, count: byteCount) }
}
