import Foundation
import RelevancePropagation
import Testing

@testable import relprop

@Suite struct LostPagesTests {
  @Test("touching what was cut off a mapped file ends with a message, not with a bus error")
  func cutOff() async throws {
    let result = await #expect(
      processExitsWith: .exitCode(1), observing: [\.standardErrorContent]
    ) {
      LostPages.report()
      let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
      try Data(repeating: 1, count: 1 << 16).write(to: URL(fileURLWithPath: path))
      let file = try MappedFile(path: path)
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try FileManager.default.removeItem(atPath: path)
      try handle.truncate(atOffset: 0)
      _ = file.withBytes { $0[1 << 15] }
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains("relprop: a file that was in use was cut off"))
  }
}
