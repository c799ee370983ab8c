internal import Compute
import Synchronization

/// A tensor's scalars made of other numbers, those of a file or a formula's, in memory that kernels of a CPU can read: kept until
/// they are let go, and made anew where they are asked for again.
final class ConvertedScalars: Sendable {
  /// The file they are made of, if any.
  let file: MappedFile?
  private let count: Int
  private let convert: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  private let kept: Mutex<Kept>

  private struct Kept: Sendable {
    var memory: HostMemory?
    /// The same, as long as others hold it.
    weak var latest: HostMemory?
  }

  /// - Parameter convert: writes all scalars; all are 0 before.
  /// - Throws: where there is no memory left.
  init(count: Int, from file: MappedFile?, convert: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void)
    throws
  {
    (self.count, self.file, self.convert) = (count, file, convert)
    let memory = try Self.made(count, convert)
    kept = Mutex(Kept(memory: memory, latest: memory))
  }

  /// Where they lie as long as this object lives.
  var memory: HostMemory {
    kept.withLock { kept in
      if let memory = kept.memory ?? kept.latest { return memory }
      guard let memory = try? Self.made(count, convert) else {
        fatalError("\(file?.path ?? "a tensor"): no memory left to make \(count) numbers again")
      }
      kept.latest = memory
      return memory
    }
  }

  /// Gives the memory back when nobody else holds it any more.
  func letGo() { kept.withLock { $0.memory = nil } }

  private static func made(
    _ count: Int, _ convert: (UnsafeMutableBufferPointer<Float>) -> Void
  ) throws -> HostMemory {
    let memory = try HostMemory(byteCount: 4 * count, for: "\(count) converted numbers")
    convert(memory.bytes.bindMemory(to: Float.self))
    return memory
  }
}
