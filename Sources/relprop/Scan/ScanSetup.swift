import Foundation
import Imaging
import ModelFormats
import RelevancePropagation
import Scanning

/// Everything a scan needs before a device is touched, checked: image, windows, network, rules, class, mask.
struct ScanSetup {
  let choice: ModelOptions.Choice
  let network: Network
  let preset: Preset
  let rules: RuleTable
  let reader: RegionReader
  let grid: WindowGrid
  let mask: WorkMask?
  let settings: ScanSettings
  let identity: () throws -> ScanIdentity

  /// - Throws: what is wrong with the image, the model or an option, each with its name.
  init(
    image: String, _ options: ScanOptions, model: ModelOptions, composite: CompositeOptions, precision: Precision,
    mode: String = "windows"
  ) throws {
    let preset = try composite.preset()
    let choice = try model.load()
    let network = try choice.model.network.canonized()
    let rules = try preset.composite(for: network, low: choice.preprocessing.low, high: choice.preprocessing.high)
      .resolve(for: network)
    guard network.inputShape.rank == 3 else { throw CommandError("the network reads \(network.inputShape), no image") }
    let window = Extent(network.inputShape[1], network.inputShape[2])
    let reader = try RegionReader(path: image, level: options.level, micronsPerPixel: options.mpp)
    let stride = try options.stride(window: window)
    let grid = try WindowGrid(
      image: Extent(reader.height, reader.width), region: options.region(), window: window, stride: stride,
      edges: options.edges)
    let classIndex = try options.classText.map { try ClassChoice.index(of: $0, among: choice.labels) }
    let mask = try Self.mask(options, reader)
    if let file = options.saveMask { try mask?.picture().write(to: file) }

    (self.choice, self.network, self.preset, self.rules) = (choice, network, preset, rules)
    (self.reader, self.grid, self.mask) = (reader, grid, mask)
    settings = ScanSettings(
      combine: options.combine, target: classIndex.map { .fixed($0) } ?? .top, constantWindows: options.constant)
    let region = grid.region
    identity = {
      ScanIdentity(
        image: image, imageDigest: try ScanIdentity.digest(ofImage: image),
        imageSize: [reader.levels[0].width, reader.levels[0].height], level: reader.level,
        levelSize: [reader.width, reader.height], micronsPerPixel: reader.micronsPerPixel,
        roi: [region.x, region.y, region.width, region.height], window: [window.vertical, window.horizontal],
        stride: [stride.vertical, stride.horizontal], edges: options.edges.rawValue, combine: options.combine.rawValue,
        mode: mode, classIndex: classIndex, className: classIndex.map { choice.labels[$0] },
        constantWindows: options.constant == .skip ? "skip" : "explained",
        mask: try options.mask.map { try ScanIdentity.digest(ofImage: $0) } ?? options.tissue.map { "tissue \($0)" },
        maskShare: options.maskShare, model: choice.path, modelDigest: try choice.digest.value,
        preprocessing: choice.preprocessing, composite: preset.name,
        rules: network.nodes.map { [$0.name, rules[$0.name].label] }, start: preset.start.rawValue,
        precision: precision.rawValue)
    }
    maskShare = options.maskShare
  }

  private let maskShare: Double

  private static func mask(_ options: ScanOptions, _ reader: RegionReader) throws -> WorkMask? {
    if let path = options.mask { return try WorkMask(path: path, for: reader) }
    return options.tissue == nil ? nil : try WorkMask(tissueOf: reader)
  }

  /// Whether a window, in pixels of the level, is to be explained.
  var isWanted: @Sendable (PixelRectangle) -> Bool {
    guard let mask else { return { _ in true } }
    let least = maskShare
    return { window in
      let share = mask.share(x: window.x, y: window.y, width: window.width, height: window.height)
      return share > 0 && share >= least
    }
  }

  func explainer(batch: Int, on engine: Engine) throws -> Explainer {
    try Explainer(
      network, composite: preset, low: choice.preprocessing.low, high: choice.preprocessing.high, on: engine,
      batch: batch)
  }

  func batch(_ requested: Int?, windows: Int, on engine: Engine) -> BatchChoice {
    let plan = PropagationPlan(network, rules: rules, targets: 1, kernels: engine.choice)
    return BatchChoice(
      requested: requested, images: windows, kind: engine.device.kind, deviceMemory: engine.device.globalMemory,
      hostBytes: 0
    ) { batch in
      DeviceNetwork.bytes(of: network, batch: batch, on: engine) + plan.modifiedWeightBytes + batch * plan.backwardBytes
    }
  }
}
