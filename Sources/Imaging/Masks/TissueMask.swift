import VipsShim

extension WorkMask {
  /// How `tissue` came to its mask.
  public struct TissueFinding: Sendable, Hashable, CustomStringConvertible {
    /// Saturation 0 … 255 above which a pixel of the thumbnail is tissue.
    public let threshold: Int
    /// Otsu's η = σ_B² / σ_T²: which share of the variance of saturations lies between the two classes, 0 … 1. Near 1
    /// where tissue and ground are two heaps; an image of one kind of content has less (0.6 … 0.7 for one even heap).
    public let separation: Double
    /// Of the thumbnail, in pixels.
    public let width: Int
    public let height: Int
    /// Found share of the image.
    public let areaShare: Double

    public var description: String {
      func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10) %" }
      return "tissue: \(percent(areaShare)) of the image, saturation above \(threshold) of 255 (Otsu, "
        + "separation \((separation * 100).rounded() / 100)) in \(width) × \(height) pixels"
    }
  }

  /// Longer side of the thumbnail that tissue is looked for in.
  static let tissueSide = 2048

  /// Finds tissue: what has more colour than the glass around it.
  ///
  /// On a thumbnail of at most 2048 pixels along its longer side: saturation of HSV colours, smoothed by the median of
  /// 7 × 7 pixels, split by Otsu's threshold, which maximises the variance between two classes (N. Otsu, A threshold
  /// selection method from gray-level histograms, IEEE Trans. Syst. Man Cybern. 9(1), 1979, 62–66, eq. 13). The same
  /// steps find tissue in CLAM (Lu et al., Data-efficient and weakly supervised computational pathology on whole-slide
  /// images, Nature Biomedical Engineering 5, 2021, 555–570, Methods, with a fixed threshold or Otsu's). Then islands
  /// and holes smaller than 1/5000 of the thumbnail are dropped and filled.
  /// - Throws: `ImageError`: an image without colour or of one colour, or one that cannot be read.
  public static func tissue(path: String, for reader: RegionReader) throws -> (mask: WorkMask, finding: TissueFinding) {
    let small = try RegionReader(path: path, longestSide: tissueSide)
    let thumbnail = try small.read(x: 0, y: 0, width: small.width, height: small.height)
    return try tissue(in: thumbnail, path: path, width: reader.width, height: reader.height)
  }

  /// - Parameter thumbnail: the whole image.
  static func tissue(
    in thumbnail: Region, path: String, width: Int, height: Int
  ) throws -> (mask: WorkMask, finding: TissueFinding) {
    let saturation = try medianSaturation(thumbnail, path: path)
    var isReadable = [Bool](repeating: true, count: saturation.count)
    for part in thumbnail.unreadable {
      for y in part.rows { for x in part.columns { isReadable[y * thumbnail.width + x] = false } }
    }
    var histogram = [Int](repeating: 0, count: 256)
    for (level, isReadable) in zip(saturation, isReadable) where isReadable { histogram[Int(level)] += 1 }
    guard let split = OtsuThreshold(histogram) else {
      throw ImageError(
        path: path, found: "all of its thumbnail has the same saturation, so no tissue stands out",
        remedy: "give a mask, or explain all of it")
    }
    var pixels = zip(saturation, isReadable).map { $1 && Int($0) > split.threshold }
    let smallest = max(pixels.count / 5000, 1)
    Patches.change(&pixels, width: thumbnail.width, from: true, below: smallest)
    Patches.change(&pixels, width: thumbnail.width, from: false, below: smallest)

    let raster = CoverageRaster(
      columns: thumbnail.width, rows: thumbnail.height, cellWidth: Double(width) / Double(thumbnail.width),
      cellHeight: Double(height) / Double(thumbnail.height), cells: pixels.map { $0 ? 255 : 0 })
    let mask = WorkMask(
      width: width, height: height, description: "tissue, saturation above \(split.threshold) of 255 (Otsu)",
      raster: raster)
    let finding = TissueFinding(
      threshold: split.threshold, separation: split.separation, width: thumbnail.width, height: thumbnail.height,
      areaShare: mask.areaShare)
    return (mask, finding)
  }

  private static func medianSaturation(_ region: Region, path: String) throws -> [UInt8] {
    var message: UnsafeMutablePointer<CChar>?
    let count = region.width * region.height
    let saturation = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let failed = vips_shim_median_saturation(
        region.bytes, Int32(region.width), Int32(region.height), 7, buffer.baseAddress!, &message)
      initialized = failed == 0 ? count : 0
    }
    guard saturation.count == count else { throw ImageFile.error(path, message) }
    return saturation
  }
}

/// The threshold that best splits levels 0 … 255 into two classes, those up to it and those above it (Otsu 1979).
struct OtsuThreshold {
  let threshold: Int
  /// Variance between the classes over the whole variance.
  let separation: Double

  /// Nil where all levels are one.
  init?(_ histogram: [Int]) {
    let count = Double(histogram.reduce(0, +))
    guard count > 0 else { return nil }
    let mean = histogram.enumerated().reduce(0) { $0 + Double($1.offset) * Double($1.element) } / count
    let variance =
      histogram.enumerated().reduce(0) {
        $0 + Double($1.element) * (Double($1.offset) - mean) * (Double($1.offset) - mean)
      }
      / count
    guard variance > 0 else { return nil }
    var best = (first: 0, last: 0, between: -1.0)
    // ω and μ of eqs. 6 and 7; σ_B² of eq. 18.
    var weight = 0.0
    var moment = 0.0
    for (level, pixels) in histogram.enumerated() {
      weight += Double(pixels) / count
      moment += Double(level) * Double(pixels) / count
      guard weight > 0, weight < 1 else { continue }
      let between = (mean * weight - moment) * (mean * weight - moment) / (weight * (1 - weight))
      if between > best.between * (1 + 1e-12) {
        best = (level, level, between)
      } else if between >= best.between * (1 - 1e-12), level == best.last + 1 {
        best.last = level
      }
    }
    // Levels that no pixel has lie between two heaps: all are as good, the middle is farthest from both.
    threshold = (best.first + best.last) / 2
    separation = min(best.between / variance, 1)
  }
}

/// Connected pixels of one kind.
enum Patches {
  /// Turns patches of `kind` of fewer than `size` pixels (neighbours share a side) into the other kind.
  static func change(_ pixels: inout [Bool], width: Int, from kind: Bool, below size: Int) {
    let height = pixels.count / width
    var isSeen = [Bool](repeating: false, count: pixels.count)
    for start in pixels.indices where pixels[start] == kind && !isSeen[start] {
      var patch = [start]
      isSeen[start] = true
      var next = 0
      while next < patch.count {
        let (x, y) = (patch[next] % width, patch[next] / width)
        next += 1
        for (x, y) in [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
        where x >= 0 && x < width && y >= 0 && y < height && pixels[y * width + x] == kind && !isSeen[y * width + x] {
          isSeen[y * width + x] = true
          patch.append(y * width + x)
        }
      }
      if patch.count < size { for pixel in patch { pixels[pixel] = !kind } }
    }
  }
}
