/// Reads pickles (protocols 2 to 4) that hold tensors, dictionaries, lists, tuples, numbers and strings, and runs
/// nothing: the few functions PyTorch needs are known by name and built in, all others are refused by name.
///
/// A pickle is a program for a stack machine: https://docs.python.org/3/library/pickletools.html
struct Unpickler {
  private let bytes: Bytes
  /// Next byte to read; after `run`, the first one behind the pickle.
  private(set) var position: Int
  private var stack: [PickleValue] = []
  private var memo: [Int: PickleValue] = [:]
  private(set) var arena = PickleArena()

  /// A state dict of a thousand tensors takes about 30 thousand steps.
  private static let mostSteps = 1_000_000

  init(_ bytes: Bytes, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Runs until STOP and gives the value on top of the stack.
  mutating func run() throws -> PickleValue {
    for _ in 0..<Self.mostSteps {
      let opcode = try byte()
      if opcode == UInt8(ascii: ".") { return try pop() }
      try step(opcode)
    }
    throw damaged("more than \(Self.mostSteps) steps")
  }

  private mutating func step(_ opcode: UInt8) throws {
    switch opcode {
    case 0x80: try checkProtocol()
    case 0x95: _ = try data(8)  // FRAME
    case UInt8(ascii: "("): stack.append(.mark)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "2"): stack.append(try top())
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "J"): stack.append(.integer(Int(try integer(Int32.self))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try byte())))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try integer(UInt16.self))))
    case 0x8A: stack.append(try long(length: Int(try byte())))
    case 0x8B: stack.append(try long(length: Int(try integer(Int32.self))))
    case UInt8(ascii: "G"): stack.append(.float(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case 0x8C, UInt8(ascii: "U"): stack.append(try string(length: Int(try byte())))
    case UInt8(ascii: "X"): stack.append(try string(length: Int(try integer(UInt32.self))))
    case UInt8(ascii: "T"): stack.append(try string(length: Int(try integer(Int32.self))))
    case 0x8D: stack.append(try string(length: Int(clamping: try integer(UInt64.self))))
    case UInt8(ascii: "C"): try skipBytes(Int(try byte()))
    case UInt8(ascii: "B"): try skipBytes(Int(try integer(UInt32.self)))
    case UInt8(ascii: "]"): stack.append(arena.list([]))
    case UInt8(ascii: "l"): stack.append(arena.list(try popToMark()))
    case UInt8(ascii: "a"): try append([pop()])
    case UInt8(ascii: "e"): try append(popToMark())
    case UInt8(ascii: ")"): stack.append(arena.tuple([]))
    case UInt8(ascii: "t"): stack.append(arena.tuple(try popToMark()))
    case 0x85, 0x86, 0x87: stack.append(arena.tuple(try pop(Int(opcode) - 0x84)))
    case UInt8(ascii: "}"): stack.append(arena.dictionary([]))
    case UInt8(ascii: "d"): stack.append(arena.dictionary(try popToMark()))
    case UInt8(ascii: "s"): try setItems(pop(2))
    case UInt8(ascii: "u"): try setItems(popToMark())
    case UInt8(ascii: "h"): try recall(Int(try byte()))
    case UInt8(ascii: "j"): try recall(Int(try integer(UInt32.self)))
    case UInt8(ascii: "q"): memo[Int(try byte())] = try top()
    case UInt8(ascii: "r"): memo[Int(try integer(UInt32.self))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "c"): stack.append(.global(try line() + "." + line()))
    case 0x93: try stackGlobal()
    case UInt8(ascii: "Q"): stack.append(try arena.persistent(pop()))
    case UInt8(ascii: "R"):
      let arguments = try pop()
      stack.append(try arena.call(pop(), arguments))
    case 0x81:
      _ = try pop()
      throw PickleArena.refusal(ofObject: try pop())
    case UInt8(ascii: "b"): try build()
    default:
      throw damaged("opcode 0x\(String(opcode, radix: 16)) is not one that state dicts use")
    }
  }

  // MARK: Operands

  private mutating func data(_ count: Int) throws -> Bytes {
    let slice = try bytes.slice(at: position, count: count, of: "pickle")
    position += count
    return slice
  }

  private mutating func byte() throws -> UInt8 { try integer(UInt8.self) }

  private mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    try data(MemoryLayout<T>.size).integer(type, at: 0, of: "pickle")
  }

  /// Signed little-endian integer of up to 8 bytes.
  private mutating func long(length: Int) throws -> PickleValue {
    guard (0...8).contains(length) else { throw damaged("an integer of \(length) bytes") }
    let digits = try data(length)
    var value = length > 0 && digits[length - 1] >= 0x80 ? -1 : 0
    for index in (0..<length).reversed() { value = value << 8 | Int(digits[index]) }
    return .integer(value)
  }

  private mutating func string(length: Int) throws -> PickleValue { .string(try data(length).text) }

  private mutating func skipBytes(_ count: Int) throws {
    _ = try data(count)
    stack.append(.bytes)
  }

  /// Text up to a newline, at most 512 bytes: half of a GLOBAL.
  private mutating func line() throws -> String {
    for length in 0..<512 where position + length < bytes.count && bytes[position + length] == UInt8(ascii: "\n") {
      let text = try data(length).text
      position += 1
      return text
    }
    throw damaged("a name without an end")
  }

  private mutating func checkProtocol() throws {
    let version = try byte()
    guard (2...4).contains(version) else {
      throw ModelFileError(
        at: "pickle", "expected protocol 2 to 4, found \(version)", remedy: "save the file with torch.save's defaults")
    }
  }

  // MARK: Stack and memo

  private func damaged(_ what: String) -> ModelFileError {
    ModelFileError(at: "pickle", "\(what) before byte \(position)", remedy: "is the file damaged?")
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last else { throw damaged("empty stack") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    guard let value = stack.popLast() else { throw damaged("empty stack") }
    return value
  }

  private mutating func pop(_ count: Int) throws -> [PickleValue] {
    guard stack.count >= count else { throw damaged("empty stack") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    let mark = stack.lastIndex { if case .mark = $0 { true } else { false } }
    guard let mark else { throw damaged("no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[(mark + 1)...])
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else { throw damaged("memo \(index) was never stored") }
    stack.append(value)
  }

  private mutating func append(_ values: [PickleValue]) throws {
    guard case .list(let index) = try top() else { throw damaged("expected a list, found \(try top().kind)") }
    arena.append(values, to: index)
  }

  private mutating func setItems(_ values: [PickleValue]) throws {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw damaged("expected a dictionary and pairs, found \(try top().kind) and \(values.count) values")
    }
    arena.append(values, to: index)
  }

  private mutating func stackGlobal() throws {
    guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
      throw damaged("a name that is no string")
    }
    stack.append(.global(module + "." + name))
  }

  /// `_metadata` and other attributes of a dictionary are not needed; any other object is refused.
  private mutating func build() throws {
    _ = try pop()
    switch try top() {
    case .dictionary, .tensor: break
    case let other: throw PickleArena.refusal(ofObject: other)
    }
  }
}
