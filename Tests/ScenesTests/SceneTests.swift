import RelevancePropagation
import Scenes
import Testing

@Suite struct SceneTests {
  @Test("The same class and seed give the same bytes", arguments: SceneClass.allCases)
  func repeats(subject: SceneClass) throws {
    #expect(try Scene(of: subject, seed: 11) == Scene(of: subject, seed: 11))
    #expect(SceneDescription(of: subject, seed: 11) == SceneDescription(of: subject, seed: 11))
  }

  @Test("The first scene's drawing has not changed since the network was trained")
  func drawingIsPinned() {
    // FNV-1a over the SVG text: a change here means that the demo network must be trained again.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for subject in SceneClass.allCases {
      for byte in SceneDescription(of: subject, seed: 1).picture(size: 96).utf8 {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      }
    }
    #expect(hash == 0xc6c9_9ce6_44ea_0230, "found 0x\(String(hash, radix: 16))")
  }

  @Test("Different seeds give different scenes", arguments: SceneClass.allCases)
  func seedsDiffer(subject: SceneClass) throws {
    let scenes = try (0..<5).map { try Scene(of: subject, seed: $0) }
    #expect(Set(scenes.map(\.image)).count == 5)
    #expect(Set(scenes.map(\.mask)).count == 5)
  }

  @Test("Every class has a mask of plausible area, wholly inside the picture", arguments: SceneClass.allCases)
  func maskIsPlausible(subject: SceneClass) throws {
    for seed in 0..<40 as Range<UInt64> {
      let scene = try Scene(of: subject, seed: seed)
      let place = "\(subject.label), seed \(seed), box \(scene.box)"
      #expect(scene.image.count == 96 * 96 * 3)
      #expect(scene.mask.allSatisfy { $0 == 0 || $0 == 255 })
      // The thinnest subject, an airliner from the side, against the fullest, a strawberry.
      #expect((0.01...0.42).contains(scene.maskShare), "share \(scene.maskShare): \(place)")
      #expect(max(scene.box.width, scene.box.height) >= 20, "\(place)")
      #expect(max(scene.box.width, scene.box.height) <= 72, "\(place)")
      #expect(scene.box.x >= 1 && scene.box.y >= 1, "\(place)")
      #expect(scene.box.x + scene.box.width <= 95 && scene.box.y + scene.box.height <= 95, "\(place)")
    }
  }

  @Test("The surroundings are the same whatever stands in them")
  func surroundingsKnowNoClass() throws {
    // Outside both masks and a pixel's blur round them, two classes of one seed must agree.
    let castle = try Scene(of: .castle, seed: 5)
    let zebra = try Scene(of: .zebra, seed: 5)
    func near(_ scene: Scene, _ x: Int, _ y: Int) -> Bool {
      let box = scene.box
      return (box.x - 2..<box.x + box.width + 2).contains(x) && (box.y - 2..<box.y + box.height + 2).contains(y)
    }
    for y in 0..<96 {
      for x in 0..<96 where !near(castle, x, y) && !near(zebra, x, y) {
        let at = (y * 96 + x) * 3
        #expect(castle.image[at..<at + 3] == zebra.image[at..<at + 3], "at (\(x), \(y))")
      }
    }
  }

  @Test("The subject stands out from what is behind it", arguments: SceneClass.allCases)
  func subjectIsDrawn(subject: SceneClass) throws {
    // Another class at the same seed has the same surroundings: the pictures must differ over most of the mask.
    let other: SceneClass = subject == .strawberry ? .airliner : .strawberry
    let scene = try Scene(of: subject, seed: 9)
    let background = try Scene(of: other, seed: 9)
    let alone = scene.mask.indices.filter { scene.mask[$0] != 0 && background.mask[$0] == 0 }
    let changed = alone.filter { pixel in
      (0..<3).contains { abs(Int(scene.image[pixel * 3 + $0]) - Int(background.image[pixel * 3 + $0])) > 8 }
    }
    #expect(Double(changed.count) > 0.7 * Double(alone.count), "\(changed.count) of \(alone.count) pixels")
  }

  @Test("A scene at five times the size is the same scene")
  func scales() throws {
    let small = try Scene(of: .locomotive, seed: 4)
    let large = try Scene(of: .locomotive, seed: 4, size: 480)
    #expect(abs(small.maskShare - large.maskShare) < 0.01)
    #expect(abs(large.box.x - 5 * small.box.x) <= 5 && abs(large.box.y - 5 * small.box.y) <= 5)
  }

  @Test("The share inside the mask counts positive relevance only")
  func shareInside() throws {
    let scene = try Scene(of: .castle, seed: 1, size: 16)
    let inside = try #require(scene.mask.firstIndex { $0 != 0 })
    let outside = try #require(scene.mask.lastIndex { $0 == 0 })
    var relevance = [Float](repeating: -1, count: 256)
    #expect(scene.shareInside(ofPositive: relevance) == nil)
    relevance[inside] = 3
    relevance[outside] = 1
    // 3 / (3 + 1)
    #expect(scene.shareInside(ofPositive: relevance) == 0.75)
  }

  @Test("A size that cannot be drawn is refused with the sizes that can", arguments: [0, -5, 15, 100_000])
  func sizes(size: Int) {
    #expect(throws: SceneError.size(size)) { try Scene(of: .castle, seed: 1, size: size) }
    #expect(SceneError.size(size).description.contains("\(size) pixels"))
    #expect(SceneError.size(size).description.contains("16 to 4096"))
  }

  @Test("A class is found by its label and by its file name; an unknown one is refused with the list")
  func names() throws {
    for subject in SceneClass.allCases {
      #expect(try SceneClass(named: subject.label) == subject)
      #expect(try SceneClass(named: subject.fileName) == subject)
    }
    let error = #expect(throws: SceneError.self) { try SceneClass(named: "dragon") }
    #expect(error == .unknownClass("dragon"))
    #expect(error?.description.contains("passenger car") == true)
  }

  @Test("SplitMix64 gives the numbers of its authors' program")
  func generator() {
    // splitmix64.c (Vigna, public domain) from state 1234567.
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
    #expect(random.next() == 9_817_491_932_198_370_423)
  }
}
