/// Walks the fields of one protobuf message: https://protobuf.dev/programming-guides/encoding/
///
/// A message is a sequence of (field number · 8 + wire type, value). Nested messages are windows of bytes, read only by
/// who wants them, so a 400 MB tensor costs one step. Nothing recurses: each message type is read by its own function,
/// and those nest five deep at most. Decision 0002 says why this is no library.
struct WireReader {
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(Bytes)
  }

  struct Field {
    var number: Int
    var value: Value
  }

  private let bytes: Bytes
  private(set) var position = 0

  init(_ bytes: Bytes) { self.bytes = bytes }

  var isAtEnd: Bool { position >= bytes.count }

  /// The next field, nil at the end.
  /// - Throws: `ModelFileError` where the message is cut short or is no protobuf.
  mutating func next() throws -> Field? {
    guard !isAtEnd else { return nil }
    let start = position
    let key = try varint()
    guard let number = Int(exactly: key >> 3), (1...536_870_911).contains(number) else {
      throw Self.damaged("field number \(key >> 3)", start)
    }
    switch key & 7 {
    case 0: return Field(number: number, value: .varint(try varint()))
    case 1: return Field(number: number, value: .fixed64(try fixed(UInt64.self)))
    case 2:
      let length = Int(clamping: try varint())
      let content = try bytes.slice(at: position, count: length, of: "protobuf")
      position += length
      return Field(number: number, value: .bytes(content))
    case 5: return Field(number: number, value: .fixed32(try fixed(UInt32.self)))
    default: throw Self.damaged("wire type \(key & 7)", start)
    }
  }

  /// Base 128, least significant group first, at most 10 bytes.
  mutating func varint() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard !isAtEnd else { throw Self.damaged("a number cut short", position) }
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Self.damaged("a number longer than 10 bytes", position)
  }

  private mutating func fixed<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    let value = try bytes.integer(type, at: position, of: "protobuf")
    position += MemoryLayout<T>.size
    return value
  }

  private static func damaged(_ what: String, _ position: Int) -> ModelFileError {
    ModelFileError(
      at: "protobuf", "\(what) at byte \(position) of a message", remedy: "is the file a complete ONNX file?")
  }
}

extension WireReader.Field {
  /// Text, for fields of type string.
  var text: String {
    get throws { try content.text }
  }

  /// A nested message, string or packed numbers.
  var content: Bytes {
    get throws {
      guard case .bytes(let bytes) = value else { throw mismatch("bytes") }
      return bytes
    }
  }

  /// A signed 64-bit integer.
  var integer: Int {
    get throws {
      guard case .varint(let bits) = value else { throw mismatch("a number") }
      return Int(truncatingIfNeeded: bits)
    }
  }

  /// Integers of a repeated field, packed or one by one: extents and axes, so not many.
  var integers: [Int] {
    get throws {
      guard case .bytes(let bytes) = value else { return [try integer] }
      guard bytes.count <= 1 << 16 else { throw mismatch("at most 64 KiB of integers") }
      var reader = WireReader(bytes)
      var numbers: [Int] = []
      while !reader.isAtEnd { numbers.append(Int(truncatingIfNeeded: try reader.varint())) }
      return numbers
    }
  }

  private func mismatch(_ expected: String) -> ModelFileError {
    ModelFileError(
      at: "protobuf", "expected \(expected) in field \(number)",
      remedy: "is the file an ONNX file?")
  }
}
