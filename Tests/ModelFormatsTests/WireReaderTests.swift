import Testing

@testable import ModelFormats

@Suite("The protobuf wire format")
struct WireReaderTests {
  private func fields(_ bytes: [UInt8]) throws -> [WireReader.Field] {
    var reader = WireReader(Bytes(bytes))
    var fields: [WireReader.Field] = []
    while let field = try reader.next() { fields.append(field) }
    return fields
  }

  @Test("The specification's examples: 150 in field 1, \"testing\" in field 2")
  func examples() throws {
    let fields = try fields([0x08, 0x96, 0x01, 0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6E, 0x67])
    #expect(fields.map(\.number) == [1, 2])
    #expect(try fields[0].integer == 150)
    #expect(try fields[1].text == "testing")
  }

  @Test("Packed and unpacked numbers, negative numbers and both fixed widths")
  func numbers() throws {
    let all = try fields(
      [0x22, 0x03, 0x03, 0x8E, 0x02] + Wire.integer(3, -2) + [0x35, 1, 0, 0, 0] + [0x31, 2, 0, 0, 0, 0, 0, 0, 0])
    #expect(try all[0].integers == [3, 270])
    #expect(try all[1].integer == -2)
    guard case .fixed32(1) = all[2].value, case .fixed64(2) = all[3].value else { return #expect(Bool(false)) }
  }

  @Test("What is cut short, overlong, a group or field 0 throws")
  func damage() {
    for bytes: [UInt8] in [
      [0x08], [0x08, 0x80], [0x12, 0x05, 1], [0x0D, 1, 2, 3], [0x09, 1], [0x0B], [0x0C], [0x0F], [0x00, 0x00],
      [0x08] + Array(repeating: 0xFF, count: 10), [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    ] {
      #expect(throws: ModelFileError.self, "\(bytes)") { try fields(bytes) }
    }
  }
}
