import BenchmarkNetworks
import Testing

@testable import relprop_bench

/// What windows of VGG-16 have in common, against what was counted by hand.
@Suite struct SharingTests {
  @Test("the dirty rings of VGG-16 at 224 pixels are those of its paddings, layer by layer")
  func rings() throws {
    let layers = SharingGeometry.layers(of: try RandomNetworks.vgg16().canonized())
    // A convolution of 3 × 3 adds a unit to the ring, a pooling halves it, rounded up.
    let rings = [
      "conv1_1": 1, "conv1_2": 2, "pool1": 1, "conv2_1": 2, "conv2_2": 3, "pool2": 2, "conv3_1": 3, "conv3_2": 4,
      "conv3_3": 5, "pool3": 3, "conv4_1": 4, "conv4_2": 5, "conv4_3": 6, "pool4": 3, "conv5_1": 4, "conv5_2": 5,
      "conv5_3": 6, "pool5": 3,
    ]
    for (name, ring) in rings {
      let own = try #require(layers[name])
      #expect(own.rows.before == ring && own.rows.after == ring && own.rows == own.columns, "\(name)")
    }
    #expect(layers["conv5_3"]!.clean == 4 && layers["conv3_3"]!.clean == 46 * 46)
    #expect(layers["fc6"] == nil)
  }

  @Test("a window computes its ring and what the window before has not, where the grids meet")
  func work() throws {
    let layers = SharingGeometry.layers(of: try RandomNetworks.vgg16().canonized())
    let conv = try #require(layers["conv2_2"])  // 112 units, ring 3, jump 2
    #expect(conv.work(stride: 112) == Double(112 * 112 - 106 * 106 + 56 * 56) / Double(112 * 112))
    #expect(conv.work(stride: 224) == 1)
    // An odd stride moves the grid of pooled units.
    #expect(conv.work(stride: 15) == 1)
    #expect(layers["conv1_2"]!.work(stride: 15) < 0.1)
    // Two units of pool2's ring see rows −6 ..< 14: strips of 16, in whole steps of 4.
    #expect(layers["pool2"]!.rows.ringPixels == 16 && layers["pool1"]!.rows.ringPixels == 4)
  }
}
