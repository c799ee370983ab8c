import DemoModel
import Foundation
import Scenes
import Testing

@Suite struct DemoModelTests {
  /// safetensors: eight bytes of header length, little-endian, then the header as JSON, then the tensors.
  private func header() throws -> [String: Any] {
    let bytes = UnsafeBufferPointer(start: demo_model_bytes(), count: demo_model_size())
    let length = bytes.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let json = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length]))
    return try #require(json as? [String: Any])
  }

  @Test("The binary carries at most 3 MB of weights, the bytes of the file in the repository")
  func bytes() throws {
    #expect(demo_model_size() < 3_000_000)
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Models/demo/vgg16-scenes.safetensors").standardized
    let stored = try Data(contentsOf: file)
    #expect(stored == Data(bytes: demo_model_bytes(), count: demo_model_size()))
  }

  @Test("The network's outputs are the classes in their order")
  func labels() throws {
    let metadata = try #require(try header()["__metadata__"] as? [String: String])
    let labels = try JSONDecoder().decode([String].self, from: Data(#require(metadata["relprop.labels"]).utf8))
    #expect(labels == SceneClass.allCases.map(\.label))
  }

  @Test("Names and shapes are those of torchvision's vgg16, only narrower")
  func shapes() throws {
    let header = try header()
    let convolutions = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28].map { "features.\($0)" }
    let dense = [0, 3, 6].map { "classifier.\($0)" }
    let names = (convolutions + dense).flatMap { ["\($0).weight", "\($0).bias"] }
    #expect(Set(header.keys) == Set(names + ["__metadata__"]))
    func shape(_ name: String) -> [Int]? { (header[name] as? [String: Any])?["shape"] as? [Int] }
    #expect(shape("features.0.weight") == [16, 3, 3, 3])
    #expect(shape("features.28.weight") == [64, 64, 3, 3])
    // Five pools take 96 x 96 to 3 x 3.
    #expect(shape("classifier.0.weight") == [128, 64 * 3 * 3])
    #expect(shape("classifier.6.weight") == [SceneClass.allCases.count, 128])
  }
}
