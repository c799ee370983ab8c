import RelevancePropagation
import VipsShim

/// A picture whose tiles can be decoded in any order: a tiled TIFF file's, a slide's level, JPEG 2000.
///
/// libvips keeps about two rows of tiles decoded, so regions that overlap do not decode a tile twice, unless these
/// rows are larger than `ReadingMemory.kept`; then nothing is kept. A block of tiles that libvips complains of is
/// tried once more tile by tile, because the complaint may be of another thread's image, and what fails again is unreadable for
/// good: libvips itself would give a bad tile's pixels as black, and without a word, when it is asked for them again.
final class TiledPixels: LevelPixels {
  let width: Int
  let height: Int
  let isWide: Bool
  private let tileWidth: Int
  private let tileHeight: Int
  private var picture: OpenPicture
  private let reopen: () throws -> OpenPicture
  /// OpenSlide and others answer nothing any more after one failure.
  private let isSpoiltByFailure: Bool
  private let keepsTiles: Bool
  private let tilesPerBlock: Int
  /// Numbers of tiles, row by row.
  private var damaged: Set<Int> = []

  init(tileWidth: Int, tileHeight: Int, isSpoiltByFailure: Bool, open: @escaping () throws -> OpenPicture) throws {
    picture = try open()
    reopen = open
    width = picture.width
    height = picture.height
    isWide = picture.isWide
    self.tileWidth = tileWidth
    self.tileHeight = tileHeight
    self.isSpoiltByFailure = isSpoiltByFailure
    let tileBytes = tileWidth * tileHeight * Int(picture.form.bands * picture.form.sample_bytes)
    keepsTiles = 2 * (1 + width / tileWidth) * tileBytes <= ReadingMemory.kept
    tilesPerBlock = max(1, ReadingMemory.block / tileBytes)
  }

  private var tileColumns: Int { (width + tileWidth - 1) / tileWidth }

  func read(into buffer: PixelBuffer) throws -> [PixelRectangle] {
    let area = buffer.area
    let columns = area.x / tileWidth...(area.x + area.width - 1) / tileWidth
    var unreadable: [PixelRectangle] = []
    for row in area.y / tileHeight...(area.y + area.height - 1) / tileHeight {
      var column = columns.lowerBound
      while column <= columns.upperBound {
        var end = column
        while end <= columns.upperBound, end - column < tilesPerBlock, !damaged.contains(row * tileColumns + end) {
          end += 1
        }
        if end == column {
          unreadable.append(skip(column, row, buffer))
          column += 1
        } else {
          unreadable += try read(column..<end, row, buffer)
          column = end
        }
      }
    }
    return PixelRectangle.merged(unreadable)
  }

  /// The part of some tiles that a buffer wants.
  private func part(_ columns: Range<Int>, _ row: Int, of area: PixelRectangle) -> PixelRectangle {
    let tiles = PixelRectangle(
      rows: row * tileHeight..<(row + 1) * tileHeight,
      columns: columns.lowerBound * tileWidth..<columns.upperBound * tileWidth)
    return tiles.intersection(area)!
  }

  private func skip(_ column: Int, _ row: Int, _ buffer: PixelBuffer) -> PixelRectangle {
    let part = part(column..<column + 1, row, of: buffer.area)
    buffer.clear(part)
    return part
  }

  private func read(_ columns: Range<Int>, _ row: Int, _ buffer: PixelBuffer) throws -> [PixelRectangle] {
    defer { if !keepsTiles { picture.forget() } }
    if picture.read(into: buffer.part(part(columns, row, of: buffer.area))) { return [] }
    try recover()
    var unreadable: [PixelRectangle] = []
    for column in columns where !picture.read(into: buffer.part(part(column..<column + 1, row, of: buffer.area))) {
      try recover()
      damaged.insert(row * tileColumns + column)
      unreadable.append(skip(column, row, buffer))
    }
    return unreadable
  }

  private func recover() throws {
    if isSpoiltByFailure { picture = try reopen() } else { picture.forget() }
  }
}
