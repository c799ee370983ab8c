import RelevancePropagation

/// TensorProto: an initializer or constant. Its numbers stand in one of several fields, or in another file; they are
/// looked at only when an operator asks for them.
struct TensorMessage {
  var name = ""
  var shape: [Int] = []
  var dataType = 0
  private var raw: Bytes?
  /// `float_data` and `double_data`: little-endian, as in memory.
  private var packed: [Bytes] = []
  /// `float_data` written number by number, as the oldest writers do.
  private var loose: [UInt8] = []
  /// `int32_data` (which also holds float16) and `int64_data`.
  private var integers: [Bytes] = []
  private var looseIntegers: [Int] = []
  private var external: [String: String] = [:]
  private var isExternal = false

  init(_ bytes: Bytes) throws {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, _): shape += try field.integers
      case (2, _): dataType = try field.integer
      case (4, .bytes(let bytes)), (10, .bytes(let bytes)): packed.append(bytes)
      case (4, .fixed32(let bits)): withUnsafeBytes(of: bits.littleEndian) { loose += $0 }
      case (10, .fixed64(let bits)): withUnsafeBytes(of: bits.littleEndian) { loose += $0 }
      case (5, .bytes(let bytes)), (7, .bytes(let bytes)): integers.append(bytes)
      case (5, .varint), (7, .varint): looseIntegers.append(try field.integer)
      case (8, _): name = try field.text
      case (9, _): raw = try field.content
      case (13, _):
        let (key, value) = try keyAndValue(field.content)
        external[key] = value
      case (14, _): isExternal = try field.integer == 1
      default: break
      }
    }
  }

  /// A constant of one number, repeated.
  init(_ scalar: Float, shape: [Int] = []) {
    dataType = 1
    self.shape = shape
    let bytes = withUnsafeBytes(of: scalar.bitPattern.littleEndian) { Array($0) }
    loose = (0..<shape.reduce(1, *)).flatMap { _ in bytes }
  }

  private func type(_ place: String) throws -> ElementType {
    guard let type = ElementType.onnx[dataType] else {
      throw ModelFileError(
        at: place, "element type \(dataType) of ONNX is not supported", remedy: "export the model with float32 weights")
    }
    return type
  }

  /// The numbers as float32.
  func tensor(_ place: String, source: TensorSource) throws -> Tensor {
    let type = try type(place)
    let content = try content(place, type, source)
    guard let count = Shape.checkedCount(shape), count <= Int.max / 8, content.count == count * type.size else {
      throw ModelFileError(
        at: place, "\(content.count) bytes do not hold a tensor \(Shape(shape)) of \(type.rawValue)",
        remedy: "is the file complete?")
    }
    return try StoredTensor(type: type, shape: shape, bytes: content).tensor(named: place, allowance: source.allowance)
  }

  /// Most numbers a computed shape may have: shapes and axes are short.
  static let mostIntegers = 1024

  /// The numbers of an integer tensor that tells a shape or axes, or a truth value; nil where it holds other numbers.
  func integers(_ place: String, source: TensorSource) throws -> [Int]? {
    let type = try type(place)
    guard type == .int64 || type == .int32 || type == .bool else { return nil }
    let numbers: [Int]
    if raw != nil || isExternal {
      let content = try content(place, type, source)
      guard content.count <= 8 * Self.mostIntegers else { return nil }
      numbers = try stride(from: 0, to: content.count - type.size + 1, by: type.size).map { offset in
        switch type {
        case .int64: Int(try content.integer(Int64.self, at: offset, of: place))
        case .int32: Int(try content.integer(Int32.self, at: offset, of: place))
        default: Int(content[offset])
        }
      }
    } else {
      guard integers.reduce(0, { $0 + $1.count }) <= 10 * Self.mostIntegers else { return nil }
      numbers = try unpackedIntegers()
    }
    guard numbers.count <= Self.mostIntegers, Shape.checkedCount(shape) == numbers.count else {
      throw ModelFileError(at: place, "\(numbers.count) numbers do not fill shape \(Shape(shape))")
    }
    return numbers
  }

  private func unpackedIntegers() throws -> [Int] {
    try integers.reduce(into: looseIntegers) { numbers, bytes in
      var reader = WireReader(bytes)
      while !reader.isAtEnd { numbers.append(Int(truncatingIfNeeded: try reader.varint())) }
    }
  }

  /// The numbers' bytes, little-endian.
  private func content(_ place: String, _ type: ElementType, _ source: TensorSource) throws -> Bytes {
    if isExternal { return try source.external(external, place) }
    if let raw { return raw }
    if packed.count == 1, loose.isEmpty { return packed[0] }
    if type == .float16 || type == .bfloat16, packed.isEmpty {
      // The 16 bits of each number, as an integer.
      try source.allowance.spend(10 * integers.reduce(0) { $0 + $1.count }, at: place)
      return Bytes(
        try unpackedIntegers().flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] })
    }
    try source.allowance.spend(packed.reduce(0) { $0 + $1.count }, at: place)
    return Bytes(packed.reduce(into: loose) { all, part in part.withUnsafeBytes { all += $0 } })
  }
}
