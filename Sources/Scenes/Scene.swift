import VipsShim

/// A drawn picture of one subject before a cluttered background, with the mask of the subject.
///
/// Class and seed determine everything: the same two give the same bytes. The drawing is vector graphics, so one
/// scene can be had at the network's size and, the same, at a size for people.
///
///     let scene = try Scene(of: .castle, seed: 7)
///     let large = try Scene(of: .castle, seed: 7, size: 480)
public struct Scene: Sendable, Hashable {
  /// Pixels, origin top left.
  public struct Box: Sendable, Hashable, Codable {
    public var x, y, width, height: Int
  }

  /// Sizes that can be drawn: below, nothing is recognisable; above, filters need gigabytes.
  public static let sizes = 16...4096
  /// What the demo network takes.
  public static let networkSize = 96

  public let subject: SceneClass
  public let seed: UInt64
  /// Width and height in pixels.
  public let size: Int
  /// size · size · 3 bytes: rows from the top, RGB interleaved.
  public let image: [UInt8]
  /// size · size bytes: 255 where the subject covers at least half of the pixel, else 0.
  public let mask: [UInt8]
  /// The smallest box round the mask.
  public let box: Box
  /// The box round the mark, in a scene that bears one.
  public let mark: Box?

  /// - Parameter marked: whether the scene bears a mark in its lower left corner, which has nothing to do with the
  ///   subject. All other pixels are those of the scene without it.
  /// - Throws: `SceneError.size` or `SceneError.drawing`.
  public init(
    of subject: SceneClass, seed: UInt64, size: Int = Scene.networkSize, marked: Bool = false
  ) throws(SceneError) {
    guard Scene.sizes.contains(size) else { throw .size(size) }
    let description = SceneDescription(of: subject, seed: seed, marked: marked)
    let picture = try Scene.pixels(of: description.picture(size: size), description, size)
    let cutOut = try Scene.pixels(of: description.cutOut(size: size), description, size)

    self.subject = subject
    self.seed = seed
    self.size = size
    image = [UInt8](unsafeUninitializedCapacity: size * size * 3) { bytes, count in
      for pixel in 0..<size * size {
        for channel in 0..<3 { bytes[pixel * 3 + channel] = picture[pixel * 4 + channel] }
      }
      count = size * size * 3
    }
    let mask = (0..<size * size).map { cutOut[$0 * 4 + 3] >= 128 ? UInt8(255) : 0 }
    self.mask = mask
    box = Scene.box(of: mask, size)
    mark = description.mark?.box(size: size)
  }

  /// Pixels of the mask over all pixels: what a map without any knowledge would get inside.
  public var maskShare: Double { Double(mask.count { $0 != 0 }) / Double(mask.count) }

  /// Which share of the positive relevance lies inside the mask; `nil` if none is positive.
  ///
  ///     Σ max(R, 0) · mask / Σ max(R, 0)
  ///
  /// `relevance`: size · size numbers, the colours already summed.
  public func shareInside(ofPositive relevance: [Float]) -> Double? {
    precondition(relevance.count == mask.count, "expected \(mask.count) relevances, found \(relevance.count)")
    var inside = 0.0
    var all = 0.0
    for (value, covered) in zip(relevance, mask) where value > 0 {
      all += Double(value)
      if covered != 0 { inside += Double(value) }
    }
    return all > 0 ? inside / all : nil
  }

  /// RGBA of an SVG drawing.
  private static func pixels(
    of text: String, _ description: SceneDescription, _ size: Int
  ) throws(SceneError) -> [UInt8] {
    var pixels = [UInt8](repeating: 0, count: size * size * 4)
    var message = [CChar](repeating: 0, count: 1024)
    var text = text
    let status = text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        relprop_svg_draw(
          characters.baseAddress, characters.count, Int32(size), Int32(size), &pixels, &message, message.count)
      }
    }
    guard status == 0 else {
      throw .drawing(subject: description.subject, seed: description.seed, message: messageText(message))
    }
    return pixels
  }

  private static func box(of mask: [UInt8], _ size: Int) -> Box {
    let covered = mask.indices.filter { mask[$0] != 0 }
    guard let first = covered.first, let last = covered.last else { return Box(x: 0, y: 0, width: 0, height: 0) }
    let columns = covered.map { $0 % size }
    let left = columns.min()!
    let top = first / size
    return Box(x: left, y: top, width: columns.max()! - left + 1, height: last / size - top + 1)
  }
}

/// What the shim wrote, without the zero that ends it.
func messageText(_ message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    .split(separator: "\n").joined(separator: "; ")
}
