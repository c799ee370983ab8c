internal import Compute
import Dispatch
import Synchronization

/// A dense float32 array in host memory, C order: images and activations `[N, C, H, W]`, parameters of layers.
///
/// The scalars are owned, or lie in a mapped file or in memory that kernels of a CPU can read: 528 MB of VGG-16 weights are
/// there but once.
public struct Tensor: Sendable {
  public let shape: Shape
  private let storage: Storage

  private enum Storage: Sendable {
    case owned([Float])
    case mapped(MappedFile, byteOffset: Int)
    case kept(HostMemory)
    case converted(ConvertedScalars)
  }

  /// - Precondition: `scalars.count == shape.count`.
  public init(shape: Shape, scalars: [Float]) {
    precondition(scalars.count == shape.count, "shape \(shape) needs \(shape.count) scalars, got \(scalars.count)")
    self.shape = shape
    self.storage = .owned(scalars)
  }

  private init(shape: Shape, storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  /// Little-endian float32 scalars that lie in `file` from `byteOffset` on, without a copy.
  /// - Precondition: the offset is a multiple of 4 and all scalars lie inside the file.
  public init(shape: Shape, mapping file: MappedFile, byteOffset: Int) {
    precondition(byteOffset % MemoryLayout<Float>.alignment == 0, "byte offset \(byteOffset) is not aligned")
    precondition(byteOffset >= 0 && byteOffset + 4 * shape.count <= file.count, "tensor lies outside \(file.path)")
    self.shape = shape
    self.storage = .mapped(file, byteOffset: byteOffset)
  }

  /// Scalars that `fill` writes where kernels of a CPU can read them without a copy; all are 0 before.
  /// - Throws: where there is no memory left.
  public init(shape: Shape, filling fill: (UnsafeMutableBufferPointer<Float>) -> Void) throws {
    self.shape = shape
    guard shape.count >= Self.smallestKept else {
      storage = .owned(
        [Float](unsafeUninitializedCapacity: shape.count) { scalars, initialized in
          scalars.initialize(repeating: 0)
          fill(UnsafeMutableBufferPointer(rebasing: scalars[..<shape.count]))
          initialized = shape.count
        })
      return
    }
    let memory = try HostMemory(byteCount: 4 * shape.count, for: "a tensor \(shape)")
    fill(memory.bytes.bindMemory(to: Float.self))
    storage = .kept(memory)
  }

  /// The same of scalars that `convert` makes, of what lies in `file` if anything does, and makes again where they are read after
  /// they were let go.
  /// - Throws: where there is no memory left.
  public init(
    shape: Shape, from file: MappedFile?,
    converting convert: @escaping @Sendable (UnsafeMutableBufferPointer<Float>) -> Void
  ) throws {
    guard shape.count >= Self.smallestKept else {
      try self.init(shape: shape, filling: convert)
      return
    }
    let scalars = try ConvertedScalars(count: shape.count, from: file, convert: convert)
    self.init(shape: shape, storage: .converted(scalars))
  }

  /// Scalars from which on whole pages of memory are no waste.
  private static let smallestKept = 1 << 16

  public init(repeating value: Float, shape: Shape) {
    self.init(shape: shape, scalars: Array(repeating: value, count: shape.count))
  }

  public var count: Int { shape.count }

  /// The file in which the scalars lie, or of which they are made.
  var file: MappedFile? {
    switch storage {
    case .mapped(let file, _): file
    case .converted(let scalars): scalars.file
    case .owned, .kept: nil
    }
  }

  /// What keeps the scalars where they are; nil where nothing does.
  var keeper: (any AnyObject & Sendable)? {
    switch storage {
    case .owned: nil
    case .mapped(let file, _): file
    case .kept(let memory): memory
    case .converted(let scalars): scalars.memory
    }
  }

  /// All scalars as an array; a copy where the tensor is mapped.
  public var scalars: [Float] {
    switch storage {
    case .owned(let array): array
    case .mapped, .kept, .converted: withScalars { Array($0) }
    }
  }

  public func withScalars<R, E: Error>(_ body: (UnsafeBufferPointer<Float>) throws(E) -> R) throws(E) -> R {
    switch storage {
    case .owned(let array):
      let result: Result<R, E> = array.withUnsafeBufferPointer { pointer in
        do throws(E) { return .success(try body(pointer)) } catch { return .failure(error) }
      }
      return try result.get()
    case .mapped(let file, let byteOffset):
      let result: Result<R, E> = file.withBytes { bytes in
        let slice = UnsafeRawBufferPointer(rebasing: bytes[byteOffset..<byteOffset + 4 * shape.count])
        do throws(E) { return .success(try body(slice.bindMemory(to: Float.self))) } catch { return .failure(error) }
      }
      return try result.get()
    case .kept(let memory): return try Self.withScalars(in: memory, body)
    case .converted(let scalars): return try Self.withScalars(in: scalars.memory, body)
    }
  }

  private static func withScalars<R, E: Error>(
    in memory: HostMemory, _ body: (UnsafeBufferPointer<Float>) throws(E) -> R
  ) throws(E) -> R {
    try withExtendedLifetime(memory) { () throws(E) -> R in
      try body(UnsafeBufferPointer(memory.bytes.assumingMemoryBound(to: Float.self)))
    }
  }

  /// Lets go the pages of a mapped file that hold these scalars, after they have been copied elsewhere: they are read anew
  /// where they are touched again.
  func forget(_ range: Range<Int>) {
    guard case .mapped(let file, let byteOffset) = storage else { return }
    file.forget(byteOffset + 4 * range.lowerBound..<byteOffset + 4 * range.upperBound)
  }

  /// Lets go the memory of scalars that were converted, after they have been copied elsewhere: they are made anew where they are
  /// read again.
  func letGo() { if case .converted(let scalars) = storage { scalars.letGo() } }

  /// The same scalars under another shape of the same count.
  public func reshaped(_ shape: Shape) -> Tensor {
    precondition(shape.count == count, "cannot reshape \(self.shape) to \(shape)")
    return Tensor(shape: shape, storage: storage)
  }

  /// Entry `index` along the first axis, e.g. one image of a batch.
  public subscript(index: Int) -> Tensor {
    precondition(index >= 0 && index < shape[0], "index \(index) outside 0..<\(shape[0])")
    let entry = Shape(Array(shape.extents.dropFirst()))
    return withScalars { Tensor(shape: entry, scalars: Array($0[index * entry.count..<(index + 1) * entry.count])) }
  }

  /// Stacks tensors of one shape along a new first axis: images into a batch.
  public static func stack(_ tensors: [Tensor]) -> Tensor {
    precondition(!tensors.isEmpty, "nothing to stack")
    precondition(tensors.allSatisfy { $0.shape == tensors[0].shape }, "tensors of different shapes")
    return Tensor(
      shape: Shape([tensors.count] + tensors[0].shape.extents), scalars: tensors.flatMap(\.scalars))
  }

  /// Index of the first scalar that is NaN or infinite.
  ///
  /// All cores look, each at blocks: 528 MB of weights are checked whenever they are loaded, which also brings them in.
  public var firstNonFinite: Int? {
    let size = 1 << 20
    let found = Mutex<Int?>(nil)
    DispatchQueue.concurrentPerform(iterations: (count + size - 1) / size) { number in
      let range = number * size..<min((number + 1) * size, count)
      if case .mapped(let file, let byteOffset) = storage {
        file.populate(byteOffset + 4 * range.lowerBound..<byteOffset + 4 * range.upperBound)
      }
      guard let index = withScalars({ Self.firstNonFinite(in: $0[range]) }) else { return }
      found.withLock { $0 = min($0 ?? index, index) }
    }
    return found.withLock { $0 }
  }

  /// Looks at blocks without leaving early, which the compiler turns into vector code.
  private static func firstNonFinite(in scalars: Swift.Slice<UnsafeBufferPointer<Float>>) -> Int? {
    var start = scalars.startIndex
    while start < scalars.endIndex {
      let block = scalars[start..<min(start + 4096, scalars.endIndex)]
      // All exponent bits set, NaN or infinity: one more carries into the sign's place.
      var carries: UInt32 = 0
      for scalar in UnsafeBufferPointer(rebasing: block) {
        carries |= (scalar.bitPattern & 0x7FFF_FFFF) &+ 0x0080_0000
      }
      if carries & 0x8000_0000 != 0 { return block.firstIndex { !$0.isFinite } }
      start += block.count
    }
    return nil
  }
}

extension Tensor: Equatable {
  public static func == (a: Tensor, b: Tensor) -> Bool {
    a.shape == b.shape && a.withScalars { x in b.withScalars { y in x.elementsEqual(y) } }
  }
}
