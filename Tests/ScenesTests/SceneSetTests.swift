import Foundation
import Scenes
import Testing

@Suite struct SceneSetTests {
  /// A new folder, removed after `body`.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scenes-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func index(in folder: String) throws -> SceneIndex {
    try JSONDecoder().decode(SceneIndex.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/scenes.json")))
  }

  @Test("A set's files are those that its index names, and each scene can be drawn again from the index")
  func pictures() throws {
    try inFolder { folder in
      var done: [Int] = []
      let written = try SceneSet(count: 12, size: 32, seed: 3).write(to: folder) { done.append($0) }
      let index = try index(in: folder)
      #expect(index == written)
      #expect(done == Array(1...12))
      #expect(index.size == 32 && index.seed == 3)
      #expect(index.classes == SceneClass.allCases.map(\.label))
      #expect(index.scenes.map(\.class) == (0..<12).map { SceneClass.allCases[$0 % 10].label })

      let named = index.scenes.flatMap { [$0.image, $0.mask].compactMap { $0 } } + ["scenes.json"]
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == named.sorted())
      #expect(index.scenes[1].image == "00001_castle.png")
      #expect(index.scenes[1].mask == "00001_castle_mask.png")
      let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47]
      for name in named.dropLast() {
        let file = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
        #expect(Array(file.prefix(4)) == signature, "\(name)")
        // Width and height in the header, big-endian at byte 16 and 20.
        #expect(Array(file[16..<24]) == [0, 0, 0, 32, 0, 0, 0, 32], "\(name)")
      }
      for entry in index.scenes {
        let scene = try Scene(of: SceneClass(named: entry.class), seed: entry.seed, size: index.size)
        #expect(scene.box == entry.box)
      }
    }
  }

  @Test("The raw form holds the same scenes, one after the other")
  func raw() throws {
    try inFolder { folder in
      let set = try SceneSet(count: 11, size: 24, seed: 8)
      try set.write(to: folder, format: .raw)
      let scenes = try (0..<11).map { try set.scene(at: $0) }
      func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
      }
      #expect(try bytes("images.u8") == scenes.flatMap(\.image))
      #expect(try bytes("masks.u8") == scenes.flatMap(\.mask))
      #expect(try bytes("labels.u8") == scenes.map { UInt8($0.subject.index) })
      #expect(try index(in: folder).scenes.allSatisfy { $0.image == nil })
    }
  }

  @Test("A shorter set is the beginning of a longer one; another seed shares nothing")
  func seeds() throws {
    let short = try SceneSet(count: 5, size: 16, seed: 1)
    let long = try SceneSet(count: 500, size: 16, seed: 1)
    let other = try SceneSet(count: 5, size: 16, seed: 2)
    for index in 0..<5 {
      #expect(try short.scene(at: index) == long.scene(at: index))
      #expect(try short.scene(at: index).seed != other.scene(at: index).seed)
    }
  }

  @Test("A set of chosen classes draws only these")
  func chosen() throws {
    let set = try SceneSet(count: 4, size: 16, seed: 1, subjects: [.zebra, .church])
    #expect((0..<4).map(set.subject(at:)) == [.zebra, .church, .zebra, .church])
  }

  @Test("A count below one and a size of nothing are refused", arguments: [0, -3])
  func refused(number: Int) {
    #expect(throws: SceneError.count(number)) { try SceneSet(count: number, seed: 1) }
    #expect(throws: SceneError.size(number)) { try SceneSet(count: 1, size: number, seed: 1) }
    #expect(SceneError.count(number).description.contains("a count of 1 or more"))
  }

  @Test("A folder that cannot be made is named in the error")
  func unwritable() throws {
    let error = #expect(throws: SceneError.self) {
      try SceneSet(count: 1, size: 16, seed: 1).write(to: "/dev/null/scenes")
    }
    #expect(error?.description.hasPrefix("/dev/null/scenes: could not be written") == true)
  }
}
