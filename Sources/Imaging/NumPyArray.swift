import Foundation
import RelevancePropagation

/// A dense array as NumPy saves it (`.npy`): float32, float64 or uint8, little-endian, C order.
///
/// The file is the bytes `\x93NUMPY`, a version, the length of a header, the header (a Python dictionary of type,
/// order and shape, padded so that the data begin at a multiple of 64), then the data.
/// Format: numpy.lib.format. Versions 1.0, 2.0 and 3.0 are read, 1.0 is written.
public struct NumPyArray: Sendable, Equatable {
  public let shape: Shape
  public let elements: Elements

  public enum Elements: Sendable, Equatable {
    case float32([Float])
    case float64([Double])
    case uint8([UInt8])

    public var count: Int {
      switch self {
      case .float32(let array): array.count
      case .float64(let array): array.count
      case .uint8(let array): array.count
      }
    }
  }

  /// - Precondition: `elements.count == shape.count`.
  public init(shape: Shape, elements: Elements) {
    precondition(elements.count == shape.count, "shape \(shape) needs \(shape.count) elements, got \(elements.count)")
    self.shape = shape
    self.elements = elements
  }

  public init(_ tensor: Tensor) { self.init(shape: tensor.shape, elements: .float32(tensor.scalars)) }

  public init(_ heatmap: Heatmap) {
    self.init(shape: [heatmap.height, heatmap.width], elements: .float32(heatmap.values))
  }

  /// The elements as float32; those of float64 are rounded.
  public var tensor: Tensor {
    switch elements {
    case .float32(let array): Tensor(shape: shape, scalars: array)
    case .float64(let array): Tensor(shape: shape, scalars: array.map { Float($0) })
    case .uint8(let array): Tensor(shape: shape, scalars: array.map { Float($0) })
    }
  }

  /// Writes the file: complete, or not at all.
  /// - Throws: `FileWriteError` with the path and the system's reason.
  public func write(to path: String) throws {
    let file = try AtomicFile(path: path)
    try file.write(header)
    switch elements {
    case .float32(let array): try array.withUnsafeBytes { try file.write($0) }
    case .float64(let array): try array.withUnsafeBytes { try file.write($0) }
    case .uint8(let array): try file.write(array)
    }
    try file.commit()
  }

  private var header: [UInt8] {
    let type =
      switch elements {
      case .float32: "<f4"
      case .float64: "<f8"
      case .uint8: "|u1"
      }
    return Self.header(type: type, extents: shape.extents)
  }

  /// What stands before the data of an array of this type and shape, for arrays that are written piece by piece.
  package static func header(type: String, extents: [Int]) -> [UInt8] {
    // A tuple of one needs its comma.
    let tuple = extents.map(String.init).joined(separator: ", ") + (extents.count == 1 ? "," : "")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(tuple)), }"
    text += String(repeating: " ", count: (64 - (10 + text.utf8.count + 1) % 64) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count & 255), UInt8(text.utf8.count >> 8)]
      + Array(text.utf8)
  }

  /// - Throws: `NumPyError`: no such file, no .npy file, another type or order, another size than its header says.
  public init(path: String) throws {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw NumPyError(path: path, "\(error)") }
    self = try file.withBytes { try Self(bytes: $0, path: path) }
  }

  private init(bytes: UnsafeRawBufferPointer, path: String) throws {
    guard bytes.count >= 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw NumPyError(path: path, "it is no .npy file")
    }
    let lengthSize = bytes[6] == 1 ? 2 : 4
    guard (1...3).contains(bytes[6]), bytes.count >= 8 + lengthSize else {
      throw NumPyError(path: path, "format version \(bytes[6]).\(bytes[7]) is not known; save it with version 1.0")
    }
    let start = 8 + lengthSize
    let length = (0..<lengthSize).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= bytes.count - start else { throw NumPyError(path: path, "it ends inside its header") }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let (type, shape) = try Self.parse(header: header, path: path)

    let data = UnsafeRawBufferPointer(rebasing: bytes[(start + length)...])
    func array<Element: BitwiseCopyable>(of: Element.Type) throws -> [Element] {
      let size = MemoryLayout<Element>.size
      guard let count = Shape.checkedCount(shape), count <= Int.max / size, data.count == count * size else {
        throw NumPyError(path: path, "shape \(Shape(shape)) of \(type) does not fit its \(data.count) bytes of data")
      }
      return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: data)
        initialized = count
      }
    }
    let elements: Elements
    switch type {
    case "<f4": elements = .float32(try array(of: Float.self))
    case "<f8": elements = .float64(try array(of: Double.self))
    case "|u1": elements = .uint8(try array(of: UInt8.self))
    default:
      throw NumPyError(path: path, "expected type float32, float64 or uint8, found '\(type)'; convert it with astype")
    }
    self.init(shape: Shape(shape), elements: elements)
  }

  /// Type and extents from the dictionary that NumPy writes: three keys, no nesting but the shape's tuple.
  private static func parse(header: String, path: String) throws -> (type: String, extents: [Int]) {
    func field(_ pattern: some RegexComponent<(Substring, Substring)>) throws -> Substring {
      guard let match = header.firstMatch(of: pattern) else {
        throw NumPyError(path: path, "its header is not understood: \(header.prefix(100))")
      }
      return match.1
    }
    let type = try field(#/'descr':\s*'([^']*)'/#)
    guard try field(#/'fortran_order':\s*(True|False)/#) == "False" else {
      throw NumPyError(path: path, "it is in Fortran order; save it after numpy.ascontiguousarray")
    }
    let extents = try field(#/'shape':\s*\(([0-9, ]*)\)/#).split(separator: ",")
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    let numbers = extents.compactMap { Int($0) }
    guard numbers.count == extents.count else {
      throw NumPyError(path: path, "its shape is not understood: \(header.prefix(100))")
    }
    return (String(type), numbers)
  }
}

/// A .npy file that cannot be read.
public struct NumPyError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(path: String, _ problem: String) { description = "\(path): \(problem)" }
}
