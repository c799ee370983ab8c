import Compute
import Testing

@testable import relprop

/// The batch that is chosen where none is asked for.
@Suite struct BatchChoiceTests {
  /// A network of 100 MiB of weights that needs 50 MiB an image.
  private func choice(
    _ images: Int, requested: Int? = nil, kind: Device.Kind = .cpu, memory: Int = 16 << 30, host: Int = 0
  ) -> BatchChoice {
    BatchChoice(requested: requested, images: images, kind: kind, deviceMemory: memory, hostBytes: host) {
      (100 + 50 * $0) << 20
    }
  }

  @Test("Many images are explained eight at once on a CPU, thirty-two on a GPU, few in two batches")
  func images() {
    #expect([1, 2, 3, 5, 15, 1000].map { choice($0).batch } == [1, 1, 2, 3, 8, 8])
    #expect([1, 10, 1000].map { choice($0, kind: .gpu).batch } == [1, 5, 32])
    #expect(choice(1000).reason == "1000 images, 500 MiB on the device")
  }

  @Test("A batch fits into half of a CPU's memory, four fifths of a GPU's, and never is less than one")
  func memory() {
    // 100 + 50·n ≤ 512 gives 8, of half of 800 MiB 6; of four fifths of 800 MiB 10.
    #expect(choice(1000, memory: 1 << 30).batch == 8)
    #expect(choice(1000, memory: 800 << 20).batch == 6)
    #expect(choice(1000, memory: 800 << 20).reason.contains("400 MiB of 800 MiB"))
    #expect(choice(1000, kind: .gpu, memory: 800 << 20).batch == 10)
    #expect(choice(1000, memory: 10 << 20).batch == 1)
  }

  @Test("Layers that are kept hold the batch down: they come to the host together")
  func host() {
    #expect(choice(1000, host: 200 << 20).batch == 2)
    #expect(choice(1000, host: 200 << 20).reason.contains("200 MiB"))
    #expect(choice(1000, host: 4 << 30).batch == 1)
  }

  @Test("Moved copies go in passes of one size, and images of few copies share a pass")
  func copies() {
    func choice(_ copies: Int, _ images: Int, requested: Int? = nil, memory: Int = 16 << 30) -> (Int, Int) {
      let found = BatchChoice(
        requested: requested, copies: copies, images: images, kind: .cpu, deviceMemory: memory
      ) { (100 + 50 * $0) << 20 }
      return (found.batch, found.images)
    }
    #expect(choice(25, 1) == (7, 1))  // 25 copies in 4 passes of 7, 7, 7, 4, not 8, 8, 8, 1
    #expect(choice(9, 100) == (5, 1))
    #expect(choice(8, 100) == (8, 1))
    #expect(choice(3, 100) == (6, 2))  // two images of three copies
    #expect(choice(1, 100) == (8, 8))
    #expect(choice(3, 1) == (3, 1))
    #expect(choice(25, 1, requested: 25) == (25, 1))
    #expect(choice(5, 100, requested: 16) == (16, 3))
    #expect(choice(25, 1, requested: 100) == (25, 1))
    #expect(choice(25, 1, memory: 500 << 20) == (3, 1))  // half of it holds 100 + 50·3
    #expect(choice(25, 1, memory: 1) == (1, 1))
  }

  @Test("What is asked for is done, but for images that are not there")
  func requested() {
    #expect(choice(1000, requested: 100).batch == 100)
    #expect(choice(3, requested: 100).batch == 3)
  }
}
