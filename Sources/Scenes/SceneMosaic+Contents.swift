import RelevancePropagation

extension SceneMosaic {
  /// A line for each place: class, seed, the scene's square, the subject's box; all in pixels of the mosaic.
  var table: String {
    var text = "class,seed,x,y,size,box_x,box_y,box_width,box_height\n"
    for place in places {
      let scene = scenes[place.scene]
      let box = scene.box
      text += "\(scene.subject.label),\(scene.seed),\(place.x),\(place.y),\(size),"
      text += "\(place.x + box.x),\(place.y + box.y),\(box.width),\(box.height)\n"
    }
    return text
  }

  /// The squares as a GeoJSON FeatureCollection, in the form QuPath gives its annotations.
  var annotations: String {
    let features = places.map { place in
      let (left, top, right, bottom) = (place.x, place.y, place.x + size, place.y + size)
      let ring = "[[\(left),\(top)],[\(right),\(top)],[\(right),\(bottom)],[\(left),\(bottom)],[\(left),\(top)]]"
      // No label needs escaping: they are letters, spaces and hyphens.
      return "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[\(ring)]},"
        + "\"properties\":{\"objectType\":\"annotation\",\"classification\":{\"name\":"
        + "\"\(scenes[place.scene].subject.label)\"}}}"
    }
    return "{\"type\":\"FeatureCollection\",\"features\":[\n" + features.joined(separator: ",\n") + "\n]}\n"
  }
}

/// Smooth noise on a grid: random numbers 12 cells apart, and half as strong 4 cells apart, interpolated linearly.
struct IslandNoise {
  private let values: [Double]

  init(columns: Int, rows: Int, _ random: inout SplitMix64) {
    var values = [Double](repeating: 0, count: columns * rows)
    for (spacing, strength) in [(12, 1.0), (4, 0.5)] {
      let across = columns / spacing + 2
      let lattice = (0..<across * (rows / spacing + 2)).map { _ in random.real(0...1) }
      for row in 0..<rows {
        for column in 0..<columns {
          let (x, y) = (Double(column % spacing) / Double(spacing), Double(row % spacing) / Double(spacing))
          let corner = row / spacing * across + column / spacing
          let above = lattice[corner] * (1 - x) + lattice[corner + 1] * x
          let below = lattice[corner + across] * (1 - x) + lattice[corner + across + 1] * x
          values[row * columns + column] += strength * (above * (1 - y) + below * y)
        }
      }
    }
    self.values = values
  }

  subscript(cell: Int) -> Double { values[cell] }
}
