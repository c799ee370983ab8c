import RelevancePropagation

/// A tensor as a file describes it: numbers of one type somewhere in the file, seen through a shape and strides.
struct StoredTensor: Sendable {
  var type: ElementType
  var shape: [Int]
  /// In elements; nil means contiguous, C order.
  var strides: [Int]?
  /// Index of the first element within `bytes`, in elements.
  var offset = 0
  var bytes: Bytes

  /// As float32: mapped where the file holds contiguous, aligned float32, otherwise a converted copy.
  /// - Throws: `ModelFileError` at `name` where it reaches beyond its bytes or is no tensor of floats.
  func tensor(named name: String, allowance: MemoryAllowance) throws -> Tensor {
    guard type.isFloat else {
      throw ModelFileError(at: name, "expected floating-point numbers, found \(type.rawValue)")
    }
    // Empty extents count as 1, so that products of some of the extents cannot overflow either.
    guard let count = Shape.checkedCount(shape), let most = Shape.checkedCount(shape.map { $0 == 0 ? 1 : $0 }),
      most <= Int.max / 8
    else {
      throw ModelFileError(at: name, "impossible shape \(Shape(shape))", remedy: "is the file damaged?")
    }
    try checkReach(count: count, name: name)
    let contiguous = strides.map { $0 == Self.contiguousStrides(shape) || isContiguous($0) } ?? true
    if contiguous, type == .float32, let (file, start) = bytes.mapping, (start + 4 * offset) % 4 == 0 {
      return Tensor(shape: Shape(shape), mapping: file, byteOffset: start + 4 * offset)
    }
    try allowance.spend(4 * count, at: name)
    let fill: @Sendable (UnsafeMutableBufferPointer<Float>) -> Void = { scalars in
      bytes.withUnsafeBytes { contiguous ? convert($0, into: scalars) : gather($0, into: scalars) }
    }
    guard let (file, _) = bytes.mapping else { return try Tensor(shape: Shape(shape), filling: fill) }
    return try Tensor(shape: Shape(shape), from: file, converting: fill)
  }

  /// Checks that the last element lies inside `bytes`.
  private func checkReach(count: Int, name: String) throws {
    let available = bytes.count / type.size
    var reach: Int? = count == 0 ? offset : Self.add(offset, count - 1)
    if let strides {
      guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }) else {
        throw ModelFileError(at: name, "strides \(strides) do not fit shape \(Shape(shape))")
      }
      reach = offset
      for (extent, stride) in zip(shape, strides) where count > 0 {
        let (span, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        reach = overflow ? nil : reach.flatMap { Self.add($0, span) }
      }
    }
    guard offset >= 0, let reach, count == 0 ? reach <= available : reach < available else {
      throw ModelFileError(
        at: name, "expected \(count) \(type.rawValue) numbers from number \(offset) on, found \(available) in all",
        remedy: "is the file complete?")
    }
  }

  private static func add(_ a: Int, _ b: Int) -> Int? {
    let (sum, overflow) = a.addingReportingOverflow(b)
    return overflow ? nil : sum
  }

  static func contiguousStrides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      // May wrap where another extent is 0; there are no elements then.
      step = step &* max(shape[axis], 1)
    }
    return strides
  }

  /// Whether strides differ from the contiguous ones only along axes of one element, where they do not matter.
  private func isContiguous(_ strides: [Int]) -> Bool {
    zip(zip(strides, Self.contiguousStrides(shape)), shape).allSatisfy { $0.0 == $0.1 || $1 == 1 }
  }

  /// Scalars converted before their pages are given back: 4 MB, so that a large tensor lies in memory but once.
  private static let block = 1 << 20

  private func convert(_ raw: UnsafeRawBufferPointer, into scalars: UnsafeMutableBufferPointer<Float>) {
    for start in stride(from: 0, to: scalars.count, by: Self.block) {
      let range = start..<min(start + Self.block, scalars.count)
      let first = (offset + start) * type.size
      convert(raw.baseAddress! + first, into: UnsafeMutableBufferPointer(rebasing: scalars[range]))
      (try? bytes.slice(at: first, count: range.count * type.size, of: ""))?.forget()
    }
  }

  /// A loop for each type, so that the compiler can make vector code of it.
  private func convert(_ source: UnsafeRawPointer, into scalars: UnsafeMutableBufferPointer<Float>) {
    switch type {
    case .float32:
      UnsafeMutableRawBufferPointer(scalars).copyMemory(from: .init(start: source, count: 4 * scalars.count))
    case .float16:
      for index in scalars.indices {
        scalars[index] = Self.widened(source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      }
    default: for index in scalars.indices { scalars[index] = element(source, index) }
    }
  }

  /// Binary16 to binary32 without the F16C instructions, which not every CPU has: the exponent's bias grows by 112, which
  /// a multiplication does for subnormal numbers too.
  @inline(__always)
  private static func widened(_ half: UInt16) -> Float {
    let magnitude = UInt32(half & 0x7FFF) << 13
    let isFinite = magnitude < 0x0F80_0000
    let bits = (Float(bitPattern: magnitude) * 0x1p112).bitPattern | (isFinite ? 0 : 0x7F80_0000)
    return Float(bitPattern: bits | UInt32(half & 0x8000) << 16)
  }

  /// Element by element through the strides, last axis fastest.
  private func gather(_ raw: UnsafeRawBufferPointer, into scalars: UnsafeMutableBufferPointer<Float>) {
    guard let base = raw.baseAddress, let strides else { return }
    var indices = [Int](repeating: 0, count: shape.count)
    var position = offset
    for target in scalars.indices {
      scalars[target] = element(base, position)
      var axis = shape.count - 1
      while axis >= 0 {
        indices[axis] += 1
        // The stride of an axis of one element may be anything: it is undone before it is used.
        position = position &+ strides[axis]
        if indices[axis] < shape[axis] { break }
        position = position &- strides[axis] &* shape[axis]
        indices[axis] = 0
        axis -= 1
      }
    }
  }

  @inline(__always)
  private func element(_ base: UnsafeRawPointer, _ index: Int) -> Float {
    switch type {
    case .float16: Self.widened(base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
    case .bfloat16: Float(bitPattern: UInt32(base.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)) << 16)
    case .float64: Float(base.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
    default: base.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
    }
  }
}
