import Imaging
import RelevancePropagation

/// A large image of scenes on a ground of one colour, about half of each: what a slide is to a scan, with known
/// contents.
///
/// Scenes of one size stand on a grid, moved at random within their cells so that none overlap. Which cells have one
/// follows smooth noise, so that ground and scenes form islands: the cells with the highest noise, as many as cover half
/// of the area. Few scenes are drawn and used again in random places. Sizes, seed and number of scenes determine every
/// pixel.
public struct SceneMosaic: Sendable {
  public struct Place: Sendable, Hashable {
    /// Index of the scene among the drawn ones.
    public let scene: Int
    /// Upper left corner in the mosaic, in pixels.
    public let x: Int
    public let y: Int
  }

  public let width: Int
  public let height: Int
  /// What is drawn, once each.
  public let scenes: [Scene]
  /// From the top to the bottom, row by row of the grid.
  public let places: [Place]
  /// Side of a cell of the grid.
  private let pitch: Int
  private let columns: Int
  /// For each cell its place, or −1.
  private let cells: [Int32]

  /// The ground.
  public static let ground = Color(red: 240, green: 236, blue: 242)
  /// Size of a pixel that the file states, in micrometres, so that a resolution can be asked for. Made up.
  public static let pixelSize = 0.5
  /// Side of the image in pixels that TIFF tiles have.
  static let tile = 256

  /// - Parameters:
  ///   - count: how many different scenes to draw.
  ///   - size: of a scene, in pixels.
  ///   - progress: is told how many are drawn.
  /// - Throws: `SceneError`.
  public init(
    width: Int, height: Int, count: Int, size: Int = Scene.networkSize, seed: UInt64,
    subjects: [SceneClass] = SceneClass.allCases, progress: (Int) -> Void = { _ in }
  ) throws(SceneError) {
    let set = try SceneSet(count: count, size: size, seed: seed, subjects: subjects)
    pitch = size + size / 8
    columns = width / pitch
    let rows = height / pitch
    guard columns > 0, rows > 0, width <= Self.longestSide, height <= Self.longestSide else {
      throw .mosaic(width: width, height: height, size: size)
    }
    self.width = width
    self.height = height
    var scenes: [Scene] = []
    for index in 0..<count {
      scenes.append(try set.scene(at: index))
      progress(index + 1)
    }
    self.scenes = scenes

    var random = SplitMix64(seed: seed ^ 0x6d6f_7361_6963)  // "mosaic": other numbers than the scenes'
    let noise = IslandNoise(columns: columns, rows: rows, &random)
    let wanted = min(max(width * height / (2 * size * size), 1), columns * rows)
    let chosen = Set((0..<columns * rows).sorted { (noise[$0], $0) > (noise[$1], $1) }.prefix(wanted))
    var places: [Place] = []
    var cells = [Int32](repeating: -1, count: columns * rows)
    for cell in cells.indices where chosen.contains(cell) {
      cells[cell] = Int32(places.count)
      places.append(
        Place(
          scene: random.integer(0...count - 1), x: cell % columns * pitch + random.integer(0...size / 8),
          y: cell / columns * pitch + random.integer(0...size / 8)))
    }
    self.places = places
    self.cells = cells
  }

  /// The longest side that libvips and this grid take.
  private static let longestSide = 1 << 24

  /// Width and height of a scene.
  public var size: Int { scenes[0].size }

  /// Draws one part as RGB bytes, rows `stride` bytes apart.
  func draw(_ area: PixelRectangle, _ samples: UnsafeMutableRawPointer, _ stride: Int) {
    let bytes = samples.assumingMemoryBound(to: UInt8.self)
    for y in 0..<area.height {
      let row = bytes + y * stride
      for x in 0..<area.width {
        row[3 * x] = Self.ground.red
        row[3 * x + 1] = Self.ground.green
        row[3 * x + 2] = Self.ground.blue
      }
    }
    let last = (column: min((area.x + area.width - 1) / pitch, columns - 1), row: (area.y + area.height - 1) / pitch)
    guard area.x / pitch <= last.column else { return }
    for row in area.y / pitch...max(min(last.row, cells.count / columns - 1), area.y / pitch) {
      for column in area.x / pitch...last.column where row * columns + column < cells.count {
        let place = Int(cells[row * columns + column])
        if place >= 0 { paste(places[place], area, bytes, stride) }
      }
    }
  }

  private func paste(_ place: Place, _ area: PixelRectangle, _ bytes: UnsafeMutablePointer<UInt8>, _ stride: Int) {
    let frame = PixelRectangle(x: place.x, y: place.y, width: size, height: size)
    guard let part = frame.intersection(area) else { return }
    scenes[place.scene].image.withUnsafeBufferPointer { image in
      for y in part.rows {
        (bytes + (y - area.y) * stride + (part.x - area.x) * 3).update(
          from: image.baseAddress! + ((y - place.y) * size + part.x - place.x) * 3, count: part.width * 3)
      }
    }
  }

  /// How its tiles are compressed.
  public enum Compression: String, Sendable, CaseIterable {
    case jpeg, deflate, none

    var options: String {
      switch self {
      case .jpeg: "compression=jpeg,Q=90"
      case .deflate: "compression=deflate,level=1,predictor=horizontal"
      case .none: "compression=none"
      }
    }
  }

  /// Writes a tiled pyramidal TIFF file, and beside it, with other suffixes, what is where: NAME.csv (a line a scene)
  /// and NAME.geojson (a square a scene with its class, as QuPath reads annotations).
  ///
  /// The image comes last: where it is, the others are.
  /// - Parameter isBig: BigTIFF, whose files may be larger than 4 GB; without it larger ones become BigTIFF all the same.
  /// - Throws: `SceneError.writing`.
  public func write(to path: String, compression: Compression = .jpeg, isBig: Bool = false) throws(SceneError) {
    let stem = path.replacing(/\.tiff?$/.ignoresCase(), with: "")
    let isLarge = isBig || width * height * 4 > 3 << 30
    do {
      try AtomicFile.write(table, to: stem + ".csv")
      try AtomicFile.write(annotations, to: stem + ".geojson")
      var file = LargeImageFile(width: width, height: height)
      file.pixelSize = Self.pixelSize
      let tiles = "tile,pyramid,tile-width=\(Self.tile),tile-height=\(Self.tile)"
      try file.write(to: path, options: "\(tiles),\(compression.options)\(isLarge ? ",bigtiff" : "")", draw: draw)
    } catch {
      throw .writing(path: path, message: (error as? FileWriteError)?.reason ?? "\(error)")
    }
  }
}
