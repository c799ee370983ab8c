import Foundation
import Scenes
import Testing

@Suite struct MarkTests {
  /// Whether any channel of a pixel differs.
  private func differ(_ one: Scene, _ other: Scene, _ pixel: Int) -> Bool {
    (0..<3).contains { one.image[pixel * 3 + $0] != other.image[pixel * 3 + $0] }
  }

  @Test("A marked scene is the scene without the mark, but for pixels in the mark's box", arguments: [96, 480])
  func marksNothingElse(size: Int) throws {
    for seed in 0..<10 as Range<UInt64> {
      let plain = try Scene(of: .zebra, seed: seed, size: size)
      let marked = try Scene(of: .zebra, seed: seed, size: size, marked: true)
      let box = try #require(marked.mark)
      #expect(plain.mark == nil)
      #expect(marked.mask == plain.mask)
      let outside = (0..<size * size).filter { pixel in
        differ(plain, marked, pixel)
          && !((box.x..<box.x + box.width).contains(pixel % size)
            && (box.y..<box.y + box.height).contains(pixel / size))
      }
      #expect(outside.isEmpty, "seed \(seed): \(outside.prefix(3).map { ($0 % size, $0 / size) }) outside of \(box)")
    }
  }

  @Test(
    "The mark stands in the lower left corner, wholly in the picture, and can be seen", arguments: SceneClass.allCases)
  func stands(subject: SceneClass) throws {
    for seed in 0..<10 as Range<UInt64> {
      let plain = try Scene(of: subject, seed: seed)
      let marked = try Scene(of: subject, seed: seed, marked: true)
      let box = try #require(marked.mark)
      #expect(box.x >= 0 && box.x + box.width <= 40, "\(box)")
      #expect(box.y >= 80 && box.y + box.height <= 96, "\(box)")
      let changed = (0..<96 * 96).count { pixel in
        (0..<3).contains { abs(Int(marked.image[pixel * 3 + $0]) - Int(plain.image[pixel * 3 + $0])) > 24 }
      }
      #expect(Double(changed) > 0.25 * Double(box.width * box.height), "seed \(seed): \(changed) pixels of \(box)")
    }
  }

  @Test("The mark is the same for every class and another for another seed")
  func marksAlike() throws {
    let boxes = try SceneClass.allCases.map { try Scene(of: $0, seed: 3, size: 480, marked: true).mark }
    #expect(Set(boxes).count == 1)
    let others = try (0..<8).map { try Scene(of: .zebra, seed: $0, size: 480, marked: true).mark }
    #expect(Set(others).count > 4)
  }

  @Test("A set marks the chosen classes alone, and its index tells where")
  func set() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("marks-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let set = try SceneSet(count: 20, size: 48, seed: 4, marked: [.zebra, .church])
    let index = try set.write(to: folder)
    let plain = try SceneSet(count: 20, size: 48, seed: 4)
    for (number, entry) in index.scenes.enumerated() {
      let isMarked = entry.class == "zebra" || entry.class == "church"
      #expect((entry.mark != nil) == isMarked, "\(number): \(entry.class)")
      #expect(try (set.scene(at: number).image == plain.scene(at: number).image) == !isMarked)
      #expect(try set.scene(at: number).mark == entry.mark)
    }
    let text = try String(contentsOfFile: folder + "/scenes.json", encoding: .utf8)
    // One line a marked scene: an index without marks is the one it was before there were any.
    #expect(text.split(separator: "\n").count { $0.contains("\"mark\"") } == 4)
  }
}
