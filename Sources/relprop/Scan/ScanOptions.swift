import ArgumentParser
import Foundation
import Imaging
import RelevancePropagation
import Scanning

/// Which part of a large image is explained, through which windows, and how they become a map.
struct ScanOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "windows: f of every window, summed. direct: the network as convolutions over the whole image, which is cheaper and "
        + "another function: where windows pad with black it sees the image. Its difference on a sample is printed.",
      valueName: "mode"))
  var mode = ScanMode.windows

  @Option(
    help: ArgumentHelp(
      "With --mode direct: output positions of a tile along each axis. Default: what 1 GiB holds.", valueName: "number")
  )
  var tile: Int?

  @Option(
    help: ArgumentHelp(
      "Pixels from one window to the next, 56 or 56x112 (vertical x horizontal). Default: a quarter of the window.",
      valueName: "pixels"))
  var stride: String?

  @Option(help: ArgumentHelp("Only this rectangle, in pixels of the level that is read.", valueName: "x,y,w,h"))
  var roi: String?

  @Option(help: ArgumentHelp("Level of the file's pyramid; 0 is the largest.", valueName: "level"))
  var level: Int?

  @Option(
    help: ArgumentHelp(
      "Micrometres a pixel: the next larger level of the file, resized. Excludes --level.", valueName: "micrometres"))
  var mpp: Double?

  @Option(
    help: ArgumentHelp(
      "The rest that the stride leaves at the border: drop (not covered), flush (one more window that ends there; the default), "
        + "pad (windows go on over black).", valueName: "edges"))
  var edges: WindowGrid.Edges?

  @Option(
    help: ArgumentHelp(
      "What a pixel gets of its windows: sum (the map sums to the sum of scores), mean.", valueName: "how"))
  var combine = WindowCombination.sum

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp("The class to explain in every window, by index or name. Default: each window's top class."))
  var classText: String?

  @Option(
    help: ArgumentHelp(
      "Windows of one colour: compute, once (one of each colour stands for all; the same map; the default), skip (left out).",
      valueName: "what"))
  var constant: ConstantWindows?

  @Option(
    help: ArgumentHelp(
      "Only windows inside: a picture (bright is inside) or GeoJSON in pixels of level 0, as QuPath exports it.",
      valueName: "file"))
  var mask: String?

  @Option(help: ArgumentHelp("auto: only windows on tissue, found by its colour.", valueName: "how"))
  var tissue: String?

  @Option(
    help: ArgumentHelp("Share of a window that must lie inside the mask; 0: any of it.", valueName: "share"))
  var maskShare = 0.0

  @Option(help: ArgumentHelp("Also write the mask that was used, as a PNG.", valueName: "file"))
  var saveMask: String?

  func validate() throws {
    if level != nil, mpp != nil { throw ValidationError("--level and --mpp exclude each other") }
    if let level, level < 0 { throw ValidationError("--level \(level): expected 0 or more") }
    if let mpp, !(mpp > 0 && mpp.isFinite) { throw ValidationError("--mpp \(mpp): expected a positive number") }
    if mask != nil, tissue != nil { throw ValidationError("--mask and --tissue exclude each other") }
    if let tissue, tissue != "auto" { throw ValidationError("--tissue \(tissue): expected auto") }
    if !(0...1).contains(maskShare) { throw ValidationError("--mask-share \(maskShare): expected 0 to 1") }
    if let tile, tile < 1 { throw ValidationError("--tile \(tile): expected at least 1") }
    switch mode {
    case .windows:
      if tile != nil { throw ValidationError("--tile: there are tiles with --mode direct alone") }
    case .direct:
      let given = [("--stride", stride != nil), ("--edges", edges != nil), ("--constant", constant != nil)].first {
        $0.1
      }
      if let given {
        throw ValidationError("\(given.0): the direct approach has no windows; leave it out, or use --mode windows")
      }
      if combine != .sum {
        throw ValidationError("--combine \(combine.rawValue): the direct approach has one map, a sum")
      }
    }
    if saveMask != nil, mask == nil, tissue == nil { throw ValidationError("--save-mask needs --mask or --tissue") }
  }

  /// - Throws: `CommandError` where the text is no stride.
  func stride(window: Extent) throws -> Extent {
    guard let stride else { return Extent(max(window.vertical / 4, 1), max(window.horizontal / 4, 1)) }
    let sides = stride.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(sides.count), sides.allSatisfy({ $0 != nil }) else {
      throw CommandError("--stride \(stride): expected pixels, or vertical x horizontal such as 56x112")
    }
    return Extent(sides[0]!, sides.last!!)
  }

  /// - Throws: `CommandError` where the text is no rectangle.
  func region() throws -> PixelRectangle? {
    guard let roi else { return nil }
    let numbers = roi.split(separator: ",", omittingEmptySubsequences: false).map {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    guard numbers.count == 4, numbers.allSatisfy({ $0 != nil }) else {
      throw CommandError("--roi \(roi): expected x,y,width,height in pixels, such as 1000,2000,4096,4096")
    }
    return PixelRectangle(x: numbers[0]!, y: numbers[1]!, width: numbers[2]!, height: numbers[3]!)
  }
}

/// How an image larger than the network's input is explained.
enum ScanMode: String, CaseIterable, ExpressibleByArgument {
  case windows, direct
}

extension WindowGrid.Edges: ExpressibleByArgument {}
extension WindowCombination: ExpressibleByArgument {}
extension ConstantWindows: ExpressibleByArgument {}
