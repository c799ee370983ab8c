import Compute
import Foundation
import TestDevices
import Testing

@testable import RelevancePropagation

/// Weights that lie in a file: read where they are, kept as long as they are needed, and not if they change.
@Suite struct MappedFileTests {
  /// Writes all weights of a network into one file, and gives the network that reads them there.
  private func mapped(_ network: Network, path: String) throws -> Network {
    var bytes = Data()
    var offsets: [String: (weight: Int, bias: Int?)] = [:]
    func append(_ tensor: Tensor) -> Int {
      defer { bytes.append(contentsOf: tensor.scalars.withUnsafeBytes { Array($0) }) }
      return bytes.count
    }
    for node in network.nodes {
      guard let layer = node.layer as? any LinearLayer, let (weight, bias) = layer.linearMap else { continue }
      offsets[node.name] = (append(weight), bias.map(append))
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    func tensor(_ shape: Shape, _ offset: Int) -> Tensor { Tensor(shape: shape, mapping: file, byteOffset: offset) }
    let nodes = network.nodes.map { node -> Network.Node in
      guard let offset = offsets[node.name] else { return node }
      switch node.layer {
      case let layer as Convolution:
        return .init(
          name: node.name,
          layer: Convolution(
            weight: tensor(layer.weight.shape, offset.weight),
            bias: layer.bias.map { tensor($0.shape, offset.bias!) }, stride: layer.stride, padding: layer.padding),
          inputs: node.inputs)
      case let layer as Dense:
        return .init(
          name: node.name,
          layer: Dense(
            weight: tensor(layer.weight.shape, offset.weight), bias: layer.bias.map { tensor($0.shape, offset.bias!) }),
          inputs: node.inputs)
      default: return node
      }
    }
    return try Network(
      name: network.name, inputShape: network.inputShape, nodes: nodes, outputName: network.outputName)
  }

  private func explainer(_ network: Network) throws -> Explainer {
    try Explainer(
      network, composite: .named("epsilon_plus"), low: [-1, -1, -1], high: [1, 1, 1], on: TestDevice.engine)
  }

  @Test("a network whose weights lie in a file gives the bits of one in memory")
  func same() throws {
    let folder = try TemporaryFolder()
    let network = SmallNetwork.vggLike(biased: true, seed: 70)
    let image = SmallNetwork.images(1, seed: 71)
    let expected = try explainer(network).explain(image) { $0.topClass }[0]
    let found = try explainer(mapped(network, path: folder.path + "/weights")).explain(image) { $0.topClass }[0]
    expectIdentical(found.relevance, expected.relevance, "relevance")
    #expect(found.scores.logits == expected.scores.logits)
  }

  @Test("buffers keep the file that they read, and let go of it")
  func kept() throws {
    let folder = try TemporaryFolder()
    let queue = TestDevice.engine.queue
    let path = folder.path + "/weights"
    let values = (0..<5000).map { Float($0) }
    try Data(values.withUnsafeBytes { Array($0) }).write(to: URL(fileURLWithPath: path))
    var tensor: Tensor? = Tensor(shape: [4990], mapping: try MappedFile(path: path), byteOffset: 40)
    weak let file = tensor?.file
    var buffer: Buffer<Float>? = try tensor!.buffer(on: TestDevice.engine, for: "weights")
    tensor = nil
    // Its name goes, its content stays.
    try FileManager.default.removeItem(atPath: path)
    #expect(try queue.read(buffer!, count: 4990) == Array(values[10...]))
    #expect((file != nil) == queue.device.sharesHostMemory)
    buffer = nil
    try queue.finish()
    #expect(file == nil)
  }

  @Test("a file that another takes the name of is still the one that was opened; one that changes is refused")
  func changes() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights"
    let content = Data(repeating: 1, count: 100)
    try content.write(to: URL(fileURLWithPath: path))
    let replaced = try MappedFile(path: path)
    try replaced.requireUnchanged()
    try content.dropLast(50).write(to: URL(fileURLWithPath: path), options: .atomic)
    try replaced.requireUnchanged()

    let longer = try MappedFile(path: path)
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: content)
    let error = #expect(throws: MappedFileError.self) { try longer.requireUnchanged() }
    #expect(error?.description == "cannot read \(path): it changed while it was in use: expected 50 bytes, found 150")

    let written = try MappedFile(path: path)
    try handle.seek(toOffset: 7)
    try handle.write(contentsOf: [9])
    // Should both writes fall into one tick of the file system's clock.
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 9)], ofItemAtPath: path)
    #expect(throws: MappedFileError.self) { try written.requireUnchanged() }
  }

  @Test("a network does not explain with weights that changed or were cut off under it")
  func refuses() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/weights"
    let image = SmallNetwork.images(1, seed: 71)
    let explainer = try explainer(mapped(SmallNetwork.vggLike(biased: true, seed: 70), path: path))
    _ = try explainer.explain(image) { $0.topClass }
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 0)
    if TestDevice.engine.device.sharesHostMemory {
      #expect(throws: MappedFileError.self) { try explainer.explain(image) { $0.topClass } }
    } else {
      _ = try explainer.explain(image) { $0.topClass }
    }
  }
}

/// A folder of its own for one test, removed when it ends.
private final class TemporaryFolder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
