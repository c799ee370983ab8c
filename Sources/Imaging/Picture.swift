import RelevancePropagation

/// An 8-bit RGB picture to look at and to save: pixels interleaved `[H, W, 3]`, rows from the top.
public struct Picture: Sendable, Hashable, CustomStringConvertible {
  public let width: Int
  public let height: Int
  /// width · height · 3 bytes.
  public internal(set) var pixels: [UInt8]

  /// - Precondition: at least one pixel.
  public init(width: Int, height: Int, fill: Color = .white) {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height) pixels")
    self.width = width
    self.height = height
    pixels = Array(repeating: fill.red, count: width * height * 3)
    for i in 0..<width * height { self[i] = fill }
  }

  /// - Precondition: `pixels` holds width · height · 3 bytes, at least one pixel.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && pixels.count == width * height * 3)
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// The photograph in its own size, rounded to 8 bits.
  public init(_ photograph: Photograph) {
    self.init(width: photograph.width, height: photograph.height, pixels: photograph.pixels)
  }

  /// A part of the photograph, at most `most` pixels wide and high, never larger than it is there; half a pixel of the
  /// result is the most that its edges are off.
  public init(_ photograph: Photograph, part: Framing.Rectangle, most: Int) {
    let scale = min(1, Double(most) / max(part.width, part.height))
    func extent(_ length: Double) -> Int { max(Int((length * scale).rounded()), 1) }
    let (width, height) = (extent(part.width), extent(part.height))
    // The whole photograph at the size at which the part is `width` × `height`.
    let wholeWidth = max(Int((Double(photograph.width) * Double(width) / part.width).rounded()), width)
    let wholeHeight = max(Int((Double(photograph.height) * Double(height) / part.height).rounded()), height)
    let left = min(max(Int((part.x * Double(width) / part.width).rounded()), 0), wholeWidth - width)
    let top = min(max(Int((part.y * Double(height) / part.height).rounded()), 0), wholeHeight - height)
    let resampler = Resampler(
      sourceWidth: photograph.width, sourceHeight: photograph.height, width: wholeWidth, height: wholeHeight,
      columns: left..<left + width, rows: top..<top + height)
    self.init(width: width, height: height, pixels: resampler.resize(photograph.pixels))
  }

  public var description: String { "picture of \(width) × \(height) pixels" }

  public subscript(x: Int, y: Int) -> Color {
    get { self[y * width + x] }
    set { self[y * width + x] = newValue }
  }

  /// Pixel `index` in reading order.
  subscript(index: Int) -> Color {
    get { Color(red: pixels[index * 3], green: pixels[index * 3 + 1], blue: pixels[index * 3 + 2]) }
    set {
      pixels[index * 3] = newValue.red
      pixels[index * 3 + 1] = newValue.green
      pixels[index * 3 + 2] = newValue.blue
    }
  }

  /// Each pixel as a square of `factor` × `factor`.
  public func enlarged(by factor: Int) -> Picture {
    precondition(factor > 0, "enlarged by \(factor)")
    guard factor > 1 else { return self }
    var result = Picture(width: width * factor, height: height * factor)
    for y in 0..<result.height {
      for x in 0..<result.width { result[x, y] = self[x / factor, y / factor] }
    }
    return result
  }

  /// Enlarged by the smallest whole factor that makes it at least `minimumWidth` pixels wide: pictures of small
  /// networks become large enough to look at, and stay as sharp as they are.
  public func enlarged(toWidth minimumWidth: Int) -> Picture { enlarged(by: (minimumWidth + width - 1) / width) }

  /// At another size, bilinear and antialiased.
  public func resized(width: Int, height: Int) -> Picture {
    let resampler = Resampler(
      sourceWidth: self.width, sourceHeight: self.height, width: width, height: height,
      columns: 0..<width, rows: 0..<height)
    return Picture(width: width, height: height, pixels: resampler.resize(pixels))
  }

  /// Pictures side by side in rows of `columns`, each centred in a cell of the largest one's size, `margin` pixels
  /// around and between them.
  /// - Precondition: at least one picture and one column.
  public static func grid(_ pictures: [Picture], columns: Int, margin: Int = 8, background: Color = .white) -> Picture {
    precondition(!pictures.isEmpty && columns > 0 && margin >= 0, "a grid needs pictures and columns")
    let columns = min(columns, pictures.count)
    let cellWidth = pictures.map(\.width).max()!
    let cellHeight = pictures.map(\.height).max()!
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Picture(
      width: columns * (cellWidth + margin) + margin, height: rows * (cellHeight + margin) + margin, fill: background)
    for (index, picture) in pictures.enumerated() {
      let left = margin + index % columns * (cellWidth + margin) + (cellWidth - picture.width) / 2
      let top = margin + index / columns * (cellHeight + margin) + (cellHeight - picture.height) / 2
      for y in 0..<picture.height {
        let row = picture.pixels[y * picture.width * 3..<(y + 1) * picture.width * 3]
        let start = ((top + y) * sheet.width + left) * 3
        sheet.pixels.replaceSubrange(start..<start + row.count, with: row)
      }
    }
    return sheet
  }

  /// Puts RGB pixels `[height, width, 3]` with their upper left corner at x, y; what would lie outside is left out.
  package mutating func place(_ other: [UInt8], width: Int, height: Int, x: Int, y: Int) {
    let count = min(width, self.width - x)
    for line in 0..<min(height, self.height - y) {
      let start = ((y + line) * self.width + x) * 3
      let first = line * width * 3
      pixels.replaceSubrange(start..<start + count * 3, with: other[first..<first + count * 3])
    }
  }

  /// The bytes of a PNG file.
  public func png() throws -> [UInt8] { try PNGFile.bytes(of: pixels, width: width, height: height, bands: 3) }

  /// The bytes of a JPEG file: for photographs, a tenth of a PNG's.
  /// - Parameter quality: 1 … 100.
  public func jpeg(quality: Int = 85) throws -> [UInt8] {
    try JPEGFile.bytes(of: pixels, width: width, height: height, quality: quality)
  }

  /// Writes a PNG file: complete, or not at all.
  /// - Throws: `FileWriteError` with the path and the system's reason.
  public func write(to path: String) throws { try AtomicFile.write(png(), to: path) }
}
