import RelevancePropagation
import Testing

@testable import Scanning

/// Windows on a map against their definition, counted one by one.
@Suite struct WindowGridTests {
  /// Offsets along an axis as the reference set defines them.
  private static func offsets(_ extent: Int, _ window: Int, _ stride: Int, _ edges: WindowGrid.Edges) -> [Int] {
    var offsets: [Int] = []
    var offset = 0
    while offset + window <= extent {
      offsets.append(offset)
      offset += stride
    }
    switch edges {
    case .drop: break
    case .flush: if offsets.last! + window < extent { offsets.append(extent - window) }
    case .pad:
      while (offsets.last.map { $0 + window } ?? 0) < extent {
        offsets.append(offset)
        offset += stride
      }
    }
    return offsets
  }

  @Test(
    "offsets, windows that touch pixels, and coverage are those of the definition", arguments: WindowGrid.Edges.allCases
  )
  func definition(_ edges: WindowGrid.Edges) {
    for extent in 1...23 {
      for window in 1...9 where window <= extent || edges == .pad {
        for stride in 1...window {
          let axis = WindowAxis(extent: extent, window: window, stride: stride, edges: edges)
          let expected = Self.offsets(extent, window, stride, edges)
          let what = "extent \(extent), window \(window), stride \(stride), \(edges)"
          #expect((0..<axis.count).map(axis.offset) == expected, "\(what)")
          for pixel in 0..<extent {
            #expect(
              axis.coverage(of: pixel) == expected.count { $0 <= pixel && pixel < $0 + window },
              "\(what), pixel \(pixel)")
            for end in pixel + 1...extent {
              let touching = axis.indices(touching: pixel..<end)
              #expect(
                Array(touching) == expected.indices.filter { expected[$0] < end && expected[$0] + window > pixel },
                "\(what), pixels \(pixel)..<\(end)")
              // Where there are none the place in the order counts: strips go on from it.
              #expect(touching.upperBound == expected.count { $0 < end }, "\(what), pixels \(pixel)..<\(end)")
            }
          }
        }
      }
    }
  }

  @Test("a grid counts windows row by row, and covers as many as its axes")
  func grid() throws {
    let grid = try WindowGrid(
      image: Extent(50, 77), region: PixelRectangle(x: 3, y: 2, width: 70, height: 40), window: Extent(32),
      stride: Extent(16, 20), edges: .flush)
    #expect(grid.extent == Extent(40, 70))
    let corners = [[0, 0], [0, 20], [0, 38], [8, 0], [8, 20], [8, 38]]
    #expect(grid.offsets.map { [$0.y, $0.x] } == corners && grid.count == 6)
    #expect(grid.coverage(y: 10, x: 38) == 2 * 2 && grid.coverage(y: 0, x: 0) == 1)
    let touching = grid.windows(touching: PixelRectangle(x: 52, y: 0, width: 1, height: 8))
    #expect(touching.rows == 0..<1 && touching.columns == 2..<3)
  }

  @Test(
    "a grid that cannot be says what was asked, what there is and what to do",
    arguments: [
      (Extent(0, 4), nil, Extent(40, 40), WindowGrid.Edges.drop, "vertical stride 0: expected 1 to the window's 8"),
      (
        Extent(4, 7), nil, Extent(40, 40), .pad,
        "horizontal stride 7 is larger than the window of 6 pixels: the pixels between windows would be missed"
      ),
      (Extent(4), nil, Extent(7, 40), .drop, "has 40 × 7 pixels, less than a window of 6 × 8; use the edges pad"),
      (
        Extent(4), PixelRectangle(x: 0, y: 0, width: 5, height: 30), Extent(40, 40), .flush,
        "has 5 × 30 pixels, less than a window of 6 × 8"
      ),
      (
        Extent(4), PixelRectangle(x: -1, y: 0, width: 20, height: 20), Extent(40, 40), .drop,
        "region -1,0,20,20 (x,y,w,h) lies partly or wholly outside the image of 40 × 40 pixels"
      ),
      (
        Extent(4), PixelRectangle(x: 30, y: 0, width: 20, height: 20), Extent(40, 40), .drop,
        "lies partly or wholly outside"
      ),
      (
        Extent(4), PixelRectangle(x: 0, y: 40, width: .max, height: 8), Extent(40, 40), .drop,
        "lies partly or wholly outside"
      ),
      (
        Extent(4), PixelRectangle(x: 0, y: 0, width: 0, height: 8), Extent(40, 40), .drop,
        "expected a width and a height above 0"
      ),
      (Extent(4), nil, Extent(0, 40), .pad, "expected an image with pixels, found 40 × 0"),
    ])
  func errors(
    _ stride: Extent, _ region: PixelRectangle?, _ image: Extent, _ edges: WindowGrid.Edges, _ message: String
  ) {
    let error = #expect(throws: WindowGridError.self) {
      try WindowGrid(image: image, region: region, window: Extent(8, 6), stride: stride, edges: edges)
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "no error")")
  }
}
