import ArgumentParser
import Compute
import Foundation
import OMEZarr
import Pipelines
import RelevancePropagation
import Scanning

/// `relprop scan`: explains an image of any size by sliding the network's window over it.
struct ScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Explain an image of any size: g(X) = sum of f over windows; a map with every pixel's share.",
    discussion: """
      Slides, satellite scenes, mosaics: JPEG, PNG, TIFF and BigTIFF with pyramids, and what OpenSlide reads. The image is \
      read region by region, windows are explained in batches, and finished strips of the map are written while later ones \
      are computed. The map is an OME-Zarr folder of relevance and coverage, with windows.csv: class, score and ledger \
      of every window. `relprop plan IMAGE` tells windows, time, memory and disk before.

      SIGINT and SIGTERM end the scan after the batch in work (status 128 plus the signal's number); it goes on with --resume. Several \
      processes share a map with --shard or --shards; then `relprop finish` ends it.
      """)

  @Argument(help: ArgumentHelp("The image.", valueName: "image"))
  var image: String

  @OptionGroup(title: "Network") var modelOptions: ModelOptions

  @OptionGroup(title: "Windows") var scanOptions: ScanOptions

  @OptionGroup(title: "Rules") var compositeOptions: CompositeOptions

  @Option(help: ArgumentHelp("Folder for the map. Default: IMAGE.zarr in relprop-out.", valueName: "map.zarr"))
  var output: String?

  @Flag(help: "Go on with a map that was begun with the same settings.")
  var resume = false

  @Flag(help: "Remove a map that is there, and begin anew.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Windows explained at once. Default: what memory and device suggest. The map is the same, to the bit."))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Columns of 512 pixels a strip is wide at most: bounds memory. The map is the same, to the bit.",
      valueName: "number"))
  var widestStrip = Self.usualWidestStrip

  /// 32,768 pixels.
  static let usualWidestStrip = 64

  @Option(
    help: ArgumentHelp(
      "How progress is told: \(Progress.Style.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "style"))
  var progress = Progress.Style.auto

  @OptionGroup(title: "Several processes") var shardOptions: ShardOptions

  @OptionGroup(title: "Device") var deviceOptions: DeviceOptions

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch): expected at least 1") }
    if widestStrip < 1 { throw ValidationError("--widest-strip \(widestStrip): expected at least 1") }
    if resume, overwrite { throw ValidationError("--resume and --overwrite exclude each other") }
  }

  func run() throws {
    let shard = try shardOptions.choice()
    if shard != nil, overwrite {
      throw CommandError("--overwrite: shards share a map, and one must not remove the others' work; remove it before")
    }
    let setup = try ScanSetup(
      image: image, scanOptions, model: modelOptions, composite: compositeOptions, precision: deviceOptions.precision)
    for line in ModelText.lines(setup.choice) { print(line) }
    for line in ScanText.setup(setup) { print(line) }
    if let shard { print("shard    \(shard.index) of \(shard.count) because: \(shard.source)") }
    fflush(nil)

    let console = Progress(progress)
    let path = try place()
    console.update("compiling kernels")
    let engine = try deviceOptions.engine()
    let tile = try setup.tile(on: engine)
    console.update("looking at what is there")
    let (store, folder) = try open(path, setup, tile: tile, sharing: shard != nil)
    let lock = try ScanLock(folder, shard: shard.map { "\($0.index)-of-\($0.count)" })
    defer { withExtendedLifetime(lock) {} }

    console.update("uploading weights")
    let scan = try ScanWork(setup, tile: tile, batch: batch, on: engine)
    console.finish()
    for line in try scan.lines(setup) { print(line) }
    fflush(nil)

    StopSignal.begin()
    let outcome = try run(scan, setup, store, folder, shard, console, device: engine.device.description)
    console.finish()
    for line in ScanText.work(outcome) { print(line) }
    fflush(nil)
    if !outcome.isComplete, let signal = StopSignal.number {
      ExplainConsole.error("stopped by \(StopSignal.name); the same command with --resume goes on")
      throw ExitCode(128 + signal)
    }
    let completion = try ScanCompletion(path: store.path)
    guard shard == nil else {
      print(
        completion.isComplete
          ? "all shards are done; relprop finish \(store.path) ends the map"
          : "this shard is done; \(completion.missingChunks) of \(completion.chunks) chunks are still missing")
      return
    }
    console.update("pyramid")
    let (finished, totals) = try ScanFinish.run(completion)
    console.finish()
    for line in ScanText.totals(totals, store: finished) { print(line) }
    if !outcome.unreadable.isEmpty {
      ExplainConsole.error(
        "warning: \(outcome.unreadable.count) part(s) of the image could not be read; windows there were left out")
    }
  }

  private func run(
    _ scan: ScanWork, _ setup: ScanSetup, _ store: Store, _ folder: ScanFolder, _ shard: ShardOptions.Choice?,
    _ console: Progress, device: String
  ) throws -> ScanOutcome {
    let whole = PixelRectangle(x: 0, y: 0, width: setup.grid.region.width, height: setup.grid.region.height)
    let part =
      shard.map {
        ShardPlan(extent: setup.grid.extent, chunk: Store.chunkSide, shards: $0.count).rectangle(of: $0.index)
      } ?? whole
    let bands = part.map { ShardPlan.bands(of: $0, chunk: Store.chunkSide, widest: widestStrip) } ?? []
    var isCounting = false
    return try scan.run(
      bands, from: try setup.source(), to: ScanSink(store: store, folder: folder, shard: shard, device: device),
      ScanRun(
        isDone: { folder.isDone($0) }, isWanted: setup.isWanted,
        stop: { StopSignal.number == nil ? .goOn : .afterBatch }
      ) { progress in
        if !isCounting, progress.totalWindows > 0 {
          console.count(to: progress.totalWindows, of: "windows")
          isCounting = true
        }
        console.advance(to: progress.windows)
      })
  }

  /// Where the map goes.
  /// - Throws: `CommandError` where one is there that must not be touched, before anything is computed.
  private func place() throws -> String {
    let path = output ?? "relprop-out/\(URL(fileURLWithPath: image).deletingPathExtension().lastPathComponent).zarr"
    let isShared = shardOptions.shard != nil || shardOptions.shards != nil
    guard resume || overwrite || isShared || !FileManager.default.fileExists(atPath: path) else {
      throw CommandError("\(path) is there already: --resume goes on with it, --overwrite begins anew")
    }
    return path
  }

  /// The map to write to: a new one, or one that was begun with the same settings.
  private func open(_ path: String, _ setup: ScanSetup, tile: Extent?, sharing: Bool) throws -> (Store, ScanFolder) {
    let folder = ScanFolder(store: path)
    if overwrite, FileManager.default.fileExists(atPath: path) {
      _ = try folder.identity()  // never anything but a map of ours
      let lock = try ScanLock(folder)
      try FileManager.default.removeItem(atPath: path)
      withExtendedLifetime(lock) {}
    }
    let identity = try setup.identity(tile: tile)
    if output == nil {
      try FileManager.default.createDirectory(atPath: "relprop-out", withIntermediateDirectories: true)
    }
    guard FileManager.default.fileExists(atPath: path) else {
      do {
        return (try create(path, identity, setup), folder)
      } catch let error as FileWriteError {
        // Another shard was first.
        guard sharing, FileManager.default.fileExists(atPath: path) else { throw error }
        return (try join(path, identity), folder)
      }
    }
    return (try join(path, identity), folder)
  }

  private func create(_ path: String, _ identity: ScanIdentity, _ setup: ScanSetup) throws -> Store {
    try Store.create(
      at: path, width: setup.grid.region.width, height: setup.grid.region.height,
      provenance: try ScanProvenance.of(identity)
    ) { try ScanFolder(store: $0).create(identity) }
  }

  private func join(_ path: String, _ identity: ScanIdentity) throws -> Store {
    let store = try Store(path: path)
    let differences = try identity.differences(from: ScanFolder(store: path).identity())
    guard differences.isEmpty else {
      throw CommandError(
        "\(path) was made with other settings; another --output is needed, or --overwrite:\n  "
          + differences.prefix(6).joined(separator: "\n  "))
    }
    return store
  }
}

extension Progress.Style: ExpressibleByArgument {}
