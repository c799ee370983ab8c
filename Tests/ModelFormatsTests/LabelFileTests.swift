import Foundation
import ModelFormats
import Testing

/// Class names in every form people hold, and what is said of other files.
@Suite struct LabelFileTests {
  private func read(_ text: String, count: Int) throws -> [String] {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("labels-\(UUID().uuidString)").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try LabelFile.read(path: path, count: count)
  }

  @Test(
    "the usual forms give the same names",
    arguments: [
      "tench\ngoldfish\ngreat white shark\n",
      "tench\r\ngoldfish\r\ngreat white shark",
      "n01440764 tench\nn01443537 goldfish\nn01484850 great white shark\n",
      "0: tench\n1: goldfish\n2: great white shark\n",
      "{0: 'tench',\n 1: 'goldfish',\n 2: 'great white shark'}\n",
      "[\"tench\", \"goldfish\", \"great white shark\"]",
      "{\"0\": \"tench\", \"2\": \"great white shark\", \"1\": \"goldfish\"}",
      "{\"0\": [\"n01440764\", \"tench\"], \"1\": [\"n01443537\", \"goldfish\"], \"2\": [\"n01484850\", \"great white shark\"]}",
      "{\"model_type\": \"vgg\", \"id2label\": {\"0\": \"tench\", \"1\": \"goldfish\", \"2\": \"great white shark\"}}",
    ])
  func forms(_ text: String) throws {
    #expect(try read(text, count: 3) == ["tench", "goldfish", "great white shark"])
  }

  @Test("a name may hold commas, colons and quotes")
  func punctuation() throws {
    #expect(
      try read("{0: 'tench, Tinca tinca', 1: \"Granny's: old\"}".replacing(", 1", with: ",\n1"), count: 2) == [
        "tench, Tinca tinca", "Granny's: old",
      ])
  }

  @Test("another number of names than classes is refused with both numbers")
  func wrongCount() throws {
    let error = try #require(throws: ModelFileError.self) { try read("tench\ngoldfish\n", count: 1000) }
    #expect(error.description.contains("expected 1000 names, one a class, found 2"))
  }

  @Test(
    "files that are no labels are refused",
    arguments: ["{\"a\": 1}", "3", "{\"0\": \"tench\", \"2\": \"goldfish\"}", ""])
  func refused(_ text: String) throws {
    #expect(throws: ModelFileError.self) { try read(text, count: 2) }
  }
}
