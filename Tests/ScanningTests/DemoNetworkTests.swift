import Foundation
import ModelFormats
import RelevancePropagation
import TestDevices
import Testing

@testable import Scanning

/// The demo network (VGG-16's layers, 96 × 96) with the seed's composite: fast kernels whose tiles hold several images.
@Suite struct DemoNetworkTests {
  private static let model: Result<Network, any Error> = Result {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    return try ModelFile.load(path: root.standardizedFileURL.path + "/Models/demo/vgg16-scenes.safetensors").network
  }

  @Test("batches, strips, shards and constant windows change no bit", arguments: [KernelFamily.cpu, .gpu])
  func invariance(_ family: KernelFamily) throws {
    let preprocessing = Preprocessing.torchvision
    let image = TestImage(width: 150, height: 130, seed: 61).painted([
      (PixelRectangle(x: 0, y: 0, width: 110, height: 100), [230, 228, 231])
    ])
    let grid = try WindowGrid(image: image.extent, window: Extent(96), stride: Extent(48), edges: .flush)
    var maps: [MapArray.Contents] = []
    for (batch, chunk, constant) in [(5, 512, ConstantWindows.compute), (2, 50, .once)] {
      let explainer = try WindowNetwork.explainer(
        batch: batch, composite: "seed", network: try Self.model.get(), preprocessing: preprocessing,
        on: family == .gpu ? TestDevice.gpu : TestDevice.engine)
      let scan = try Scan(
        explainer, grid: grid, normalization: PixelNormalization(preprocessing),
        settings: ScanSettings(target: .top, constantWindows: constant, chunk: chunk))
      let sink = MapSink(grid.extent)
      let plan = ShardPlan(extent: grid.extent, chunk: chunk, shards: chunk == 512 ? 1 : 3)
      _ = try scan.run((0..<plan.shards).compactMap(plan.rectangle), from: image, to: sink)
      maps.append(sink.map)
    }
    #expect(maps[0].bits == maps[1].bits)
    #expect(maps[0].sortedWindows.map(\.numbers) == maps[1].sortedWindows.map(\.numbers))
    #expect(maps[1].windows.contains { $0.state == .constant } && maps[0].windows.count == 6)
  }
}
