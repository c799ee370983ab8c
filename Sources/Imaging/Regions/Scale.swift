/// At which resolution an image is read.
enum Scale {
  case level(Int)
  case micronsPerPixel(Double)
  /// The whole image fitted into a square.
  case longestSide(Int)

  /// The level to read, and the size of the image that regions are of.
  struct Choice {
    let level: Int
    let width: Int
    let height: Int
  }

  /// - Throws: `ImageError`.
  func choice(of levels: [ImageLevel], path: String) throws -> Choice {
    switch self {
    case .level(let level):
      guard levels.indices.contains(level) else {
        throw ImageError(
          path: path,
          found:
            "it has no level \(level), but \(levels.count == 1 ? "level 0 alone" : "levels 0 to \(levels.count - 1)")"
            + ": " + Self.list(levels))
      }
      return Choice(level: level, width: levels[level].width, height: levels[level].height)
    case .micronsPerPixel(let microns): return try choice(of: levels, microns: microns, path: path)
    case .longestSide(let side):
      let level = levels.lastIndex { max($0.width, $0.height) >= side } ?? 0
      let (width, height) = (levels[level].width, levels[level].height)
      let factor = min(Double(side) / Double(max(width, height)), 1)
      return Choice(
        level: level, width: max(Int((Double(width) * factor).rounded()), 1),
        height: max(Int((Double(height) * factor).rounded()), 1))
    }
  }

  private func choice(of levels: [ImageLevel], microns: Double, path: String) throws -> Choice {
    guard microns > 0, microns.isFinite else {
      throw ImageError(path: path, found: "\(microns) µm is no size of a pixel", remedy: "give a number above 0")
    }
    guard let finest = levels[0].pixelSize else {
      throw ImageError(
        path: path,
        found: "it does not say how large its pixels are: no resolution in micrometres, inches or centimetres in its "
          + "TIFF tags, OME-XML or slide properties",
        remedy: "choose a level by its number: " + Self.list(levels))
    }
    // Sizes of levels are rounded to whole pixels, so a level's pixel may seem a little too large.
    let fine = levels.lastIndex { max($0.pixelSize!.x, $0.pixelSize!.y) <= microns * 1.001 }
    guard let level = fine else {
      throw ImageError(
        path: path,
        found: "its finest pixels are \(finest.x) × \(finest.y) µm, coarser than the \(microns) µm asked for",
        remedy: "ask for \(max(finest.x, finest.y)) µm or more")
    }
    let size = levels[level].pixelSize!
    func count(_ pixels: Int, _ size: Double) -> Int {
      // A size that is met within rounding is not resized.
      abs(size / microns - 1) < 0.001 ? pixels : max(Int((Double(pixels) * size / microns).rounded()), 1)
    }
    return Choice(
      level: level, width: count(levels[level].width, size.x), height: count(levels[level].height, size.y))
  }

  private static func list(_ levels: [ImageLevel]) -> String {
    levels.enumerated().map { "\($0) (\($1.width) × \($1.height))" }.joined(separator: ", ")
  }
}

extension ImageLayout {
  /// The levels turned upright.
  var uprightLevels: [ImageLevel] {
    let swaps = orientation.swapsAxes
    return levels.map { level in
      let first = levels[0]
      let size = pixelSize.map {
        let x = $0.x * Double(first.width) / Double(level.width)
        let y = $0.y * Double(first.height) / Double(level.height)
        return PixelSize(x: swaps ? y : x, y: swaps ? x : y)
      }
      return ImageLevel(
        width: swaps ? level.height : level.width, height: swaps ? level.width : level.height,
        downsample: Double(first.width) / Double(level.width), pixelSize: size)
    }
  }

  /// A level's pixels, upright.
  /// - Throws: `ImageError`.
  func pixels(path: String, level: Int, ground: Double) throws -> any LevelPixels {
    let picture = levels[level].picture
    let stored: any LevelPixels
    switch levels[level].access {
    case .tiles(let width, let height, let isSpoiltByFailure):
      stored = try TiledPixels(tileWidth: width, tileHeight: height, isSpoiltByFailure: isSpoiltByFailure) {
        try OpenPicture(path: path, picture: picture, inOrder: false, ground: ground)
      }
    case .strips(let rows):
      let decoder = try RowsInStrips(path: path, picture: picture, rowsPerStrip: rows, ground: ground)
      stored = orientation.keepsRows ? RowPixels(decoder) : SpooledPixels(decoder)
    case .inOrder:
      let decoder = try RowsInOrder { try OpenPicture(path: path, picture: picture, inOrder: true, ground: ground) }
      stored = orientation.keepsRows ? RowPixels(decoder) : SpooledPixels(decoder)
    }
    return orientation.code == 1 ? stored : UprightPixels(stored, orientation)
  }
}
