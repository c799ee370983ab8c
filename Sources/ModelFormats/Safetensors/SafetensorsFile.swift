import Foundation
import RelevancePropagation

/// Hugging Face's safetensors: an 8-byte little-endian length, a JSON header of that length, the numbers.
///
///     {"__metadata__": {…}, "features.0.weight": {"dtype": "F32", "shape": [64, 3, 3, 3], "data_offsets": [0, 6912]}, …}
///
/// Offsets count from the end of the header. As the format demands, the tensors cover the rest of the file without
/// gap or overlap. Float32 that lies on a multiple of 4 is mapped, not copied.
enum SafetensorsFile {
  /// The header of a thousand tensors is 100 KB; a longer one than this is refused before it is parsed.
  private static let longestHeader = 16 << 20

  /// Whether the first bytes are a length that fits and an opening brace.
  static func recognises(_ bytes: Bytes) -> Bool {
    guard let length = try? bytes.integer(UInt64.self, at: 0, of: "header") else { return false }
    return bytes.count > 8 && length >= 2 && bytes[8] == UInt8(ascii: "{") && length <= UInt64(1) << 40
  }

  static func read(_ bytes: Bytes, allowance: MemoryAllowance) throws -> StateDictionary {
    let length = try bytes.integer(UInt64.self, at: 0, of: "header")
    guard length <= UInt64(bytes.count - 8) else {
      throw ModelFileError(
        at: "header", "expected \(length) bytes, found \(bytes.count - 8)", remedy: "is the file complete?")
    }
    guard length <= UInt64(longestHeader) else {
      throw ModelFileError(at: "header", "\(length) bytes long, at most \(longestHeader) are read")
    }
    let header = try parse(bytes.slice(at: 8, count: Int(length), of: "header"))
    let data = try bytes.slice(at: 8 + Int(length), count: bytes.count - 8 - Int(length), of: "data")

    var dictionary = StateDictionary()
    dictionary.metadata = header.metadata
    var end = 0
    for (name, entry) in header.entries {
      guard entry.range.lowerBound == end else {
        throw ModelFileError(
          at: name,
          "expected to begin at byte \(end), where the tensor before it ends, found "
            + "\(entry.range.lowerBound)", remedy: "tensors may neither overlap nor leave gaps")
      }
      end = entry.range.upperBound
      guard end <= data.count else {
        throw ModelFileError(
          at: name, "expected to end at byte \(end) of \(data.count)", remedy: "is the file complete?")
      }
      guard let type = ElementType.safetensors[entry.dtype] else {
        throw ModelFileError(
          at: name, "element type \(entry.dtype) is not supported", remedy: "convert the file to F32, F16, BF16 or F64")
      }
      guard let count = Shape.checkedCount(entry.shape), count <= Int.max / 8, count * type.size == entry.range.count
      else {
        throw ModelFileError(
          at: name, "\(entry.range.count) bytes do not hold a tensor \(Shape(entry.shape)) of \(entry.dtype)")
      }
      guard type.isFloat else {
        dictionary.bookkeeping.append(name)
        continue
      }
      let stored = StoredTensor(
        type: type, shape: entry.shape,
        bytes: try data.slice(at: entry.range.lowerBound, count: entry.range.count, of: name))
      dictionary.set(name, try stored.tensor(named: name, allowance: allowance))
    }
    guard end == data.count else {
      throw ModelFileError("\(data.count - end) bytes follow the last tensor", remedy: "is the file damaged?")
    }
    return dictionary
  }

  private struct Entry {
    var dtype: String
    var shape: [Int]
    var range: Range<Int>
  }

  /// Entries in the order of their data.
  private static func parse(_ bytes: Bytes) throws -> (entries: [(String, Entry)], metadata: [String: String]) {
    let header: Header
    do {
      header = try JSONDecoder().decode(Header.self, from: bytes.withUnsafeBytes { Data($0) })
    } catch let error as ModelFileError {
      throw error
    } catch {
      throw ModelFileError(at: "header", "is no safetensors header: \(explain(error))", remedy: "is the file damaged?")
    }
    let sorted = header.entries.sorted {
      ($0.1.range.lowerBound, $0.1.range.upperBound, $0.0) < ($1.1.range.lowerBound, $1.1.range.upperBound, $1.0)
    }
    return (sorted, header.metadata)
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context): "\(path(context)) lacks \"\(key.stringValue)\""
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(path(context)): \(context.debugDescription)"
    default: "it is no valid JSON"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    context.codingPath.map(\.stringValue).joined(separator: ".")
  }

  private struct Header: Decodable {
    var entries: [(String, Entry)] = []
    var metadata: [String: String] = [:]

    struct Key: CodingKey {
      var stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    struct Value: Decodable {
      var dtype: String
      var shape: [Int]
      var offsets: [Int]

      enum CodingKeys: String, CodingKey {
        case dtype, shape
        case offsets = "data_offsets"
      }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        guard key.stringValue != "__metadata__" else {
          metadata = try container.decode([String: String].self, forKey: key)
          continue
        }
        let value = try container.decode(Value.self, forKey: key)
        guard value.offsets.count == 2, value.offsets[0] >= 0,
          value.offsets[0] <= value.offsets[1]
        else {
          throw ModelFileError(
            at: key.stringValue, "expected data_offsets [begin, end], found \(value.offsets)")
        }
        let range = value.offsets[0]..<value.offsets[1]
        entries.append((key.stringValue, Entry(dtype: value.dtype, shape: value.shape, range: range)))
      }
    }
  }
}
