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
  private let options: ScanOptions
  private let precision: Precision
  private let classIndex: Int?

  /// - Throws: what is wrong with the image, the model or an option, each with its name.
  init(
    image: String, _ options: ScanOptions, model: ModelOptions, composite: CompositeOptions, precision: Precision
  ) throws {
    let preset = try composite.preset()
    let choice = try model.load()
    let network = try choice.model.network.canonized()
    let rules = try preset.composite(for: network, low: choice.preprocessing.low, high: choice.preprocessing.high)
      .resolve(for: network)
    guard network.inputShape.rank == 3 else { throw CommandError("the network reads \(network.inputShape), no image") }
    let window = Extent(network.inputShape[1], network.inputShape[2])
    let reader = try RegionReader(path: image, level: options.level, micronsPerPixel: options.mpp)
    let direct = options.mode == .direct ? try DirectNetwork(network, rules: rules) : nil
    let grid = try WindowGrid(
      image: Extent(reader.height, reader.width), region: options.region(), window: window,
      stride: try direct?.stride ?? options.stride(window: window),
      edges: direct == nil ? options.edges ?? .flush : .drop)
    let classIndex = try options.classText.map { try ClassChoice.index(of: $0, among: choice.labels) }
    let mask = try Self.mask(image, options, reader)
    if let file = options.saveMask { try mask?.write(to: file) }

    (self.choice, self.network, self.preset, self.rules) = (choice, network, preset, rules)
    (self.reader, self.grid, self.mask) = (reader, grid, mask)
    settings = ScanSettings(
      combine: options.combine, target: classIndex.map { .fixed($0) } ?? .top,
      constantWindows: direct == nil ? options.constant ?? .once : .compute)
    (self.image, self.direct, self.options) = (image, direct, options)
    (self.precision, self.classIndex) = (precision, classIndex)
  }

  let image: String
  /// Of `--mode direct`.
  let direct: DirectNetwork?

  /// - Parameter tile: of `--mode direct`.
  /// - Throws: where a file cannot be read for its digest.
  func identity(tile: Extent?) throws -> ScanIdentity {
    let region = grid.region
    return ScanIdentity(
      image: image, imageDigest: try ScanIdentity.digest(ofImage: image),
      imageSize: [reader.levels[0].width, reader.levels[0].height], level: reader.level,
      levelSize: [reader.width, reader.height], micronsPerPixel: reader.micronsPerPixel,
      roi: [region.x, region.y, region.width, region.height], window: [grid.window.vertical, grid.window.horizontal],
      stride: [grid.stride.vertical, grid.stride.horizontal], edges: grid.edges.rawValue,
      combine: settings.combine.rawValue, mode: options.mode.rawValue, tile: tile.map { [$0.vertical, $0.horizontal] },
      classIndex: classIndex, className: classIndex.map { choice.labels[$0] },
      constantWindows: settings.constantWindows == .skip ? "skip" : "explained",
      mask: try options.mask.map { try ScanIdentity.digest(ofImage: $0) } ?? options.tissue.map { "tissue \($0)" },
      maskShare: options.maskShare, model: choice.path, modelDigest: try choice.digest.value,
      preprocessing: choice.preprocessing, composite: preset.name,
      rules: network.nodes.map { [$0.name, rules[$0.name].label] }, start: preset.start.rawValue,
      precision: precision.rawValue)
  }

  private static func mask(_ image: String, _ options: ScanOptions, _ reader: RegionReader) throws -> WorkMask? {
    if let path = options.mask { return try WorkMask(path: path, for: reader) }
    guard options.tissue != nil else { return nil }
    return try WorkMask.tissue(path: image, for: reader).mask
  }

  /// The image's pixels, region by region.
  func source() throws -> ImageSource {
    ImageSource(reader, try Preprocessor(choice.preprocessing, inputShape: network.inputShape))
  }

  /// Whether a window, in pixels of the level, is to be explained.
  var isWanted: @Sendable (PixelRectangle) -> Bool {
    guard let mask else { return { _ in true } }
    let least = options.maskShare
    return { window in
      let share = mask.share(x: window.x, y: window.y, width: window.width, height: window.height)
      return share > 0 && share >= least
    }
  }

  /// Output positions of a tile of `--mode direct`: what is asked for, or fits into 1 GiB and half of the device.
  func tile(on engine: Engine) throws -> Extent? {
    guard let direct else { return nil }
    if let tile = options.tile { return Extent(tile) }
    let memory = engine.device.globalMemory
    return try direct.largestTile(within: min(1 << 30, memory == 0 ? .max : memory / 2), on: engine)
  }

  func directScan(_ direct: DirectNetwork, tile: Extent, on engine: Engine) throws -> DirectScan {
    try DirectScan(
      direct, image: Extent(reader.height, reader.width), region: grid.region, tile: tile,
      normalization: PixelNormalization(choice.preprocessing), settings: settings, classStart: preset.start, on: engine)
  }

  func explainer(batch: Int, on engine: Engine) throws -> Explainer {
    try Explainer(
      network, composite: preset, low: choice.preprocessing.low, high: choice.preprocessing.high, on: engine,
      batch: batch)
  }

  func batch(_ requested: Int?, windows: Int, on engine: Engine) -> BatchChoice {
    let plan = PropagationPlan(network, rules: rules, targets: 1, on: engine)
    return BatchChoice(
      requested: requested, images: windows, kind: engine.device.kind, deviceMemory: engine.device.globalMemory,
      hostBytes: 0
    ) { batch in
      DeviceNetwork.bytes(of: network, batch: batch, on: engine) + plan.modifiedWeightBytes + batch * plan.backwardBytes
    }
  }
}
