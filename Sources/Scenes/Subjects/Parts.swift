/// Parts that several subjects share and that also lie about as distractors, so that none of them names a class.
extension Pen {
  /// A wheel round (x, y): tyre, rim, hub, spokes if asked for.
  mutating func wheel(_ x: Double, _ y: Double, _ radius: Double, tyre: Colour, rim: Colour, spokes: Int = 0) {
    circle(x, y, radius, .fill(tyre))
    circle(x, y, radius * 0.66, .fill(rim))
    if spokes > 0 {
      for end in Pen.regular(spokes, x, y, radius * 0.7) { line([(x, y), end], .line(tyre, radius * 0.12)) }
    }
    circle(x, y, radius * 0.2, .fill(tyre))
  }

  /// A window with a frame and, if it is large enough to show, a cross of bars.
  mutating func window(_ x: Double, _ y: Double, _ width: Double, _ height: Double, glass: Colour, frame: Colour) {
    rectangle(x, y, width, height, .outlined(glass, frame, min(width, height) * 0.12))
    line([(x + width / 2, y), (x + width / 2, y + height)], .line(frame, width * 0.08))
    line([(x, y + height / 2), (x + width, y + height / 2)], .line(frame, width * 0.08))
  }

  /// An opening with a round top; (x, y) is the middle of its sill.
  mutating func arch(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ paint: Paint) {
    let n = Pen.number
    let radius = width / 2
    path(
      "M \(n(x - radius)) \(n(y)) V \(n(y - height + radius)) A \(n(radius)) \(n(radius)) 0 0 1 "
        + "\(n(x + radius)) \(n(y - height + radius)) V \(n(y)) Z", paint)
  }

  /// A triangle with a level base: a roof, a spire, a sail.
  mutating func gable(_ x: Double, base y: Double, halfWidth: Double, height: Double, _ paint: Paint) {
    polygon([(x - halfWidth, y), (x, y - height), (x + halfWidth, y)], paint)
  }

  /// A wall from `top` to `bottom` with teeth on it.
  mutating func battlement(
    _ x: Double, top: Double, bottom: Double, halfWidth: Double, teeth: Int, tooth: Double, _ paint: Paint
  ) {
    let step = 2 * halfWidth / Double(2 * teeth - 1)
    var points: [Point] = [(x - halfWidth, bottom)]
    for index in 0..<(2 * teeth - 1) {
      let left = x - halfWidth + Double(index) * step
      let height = index.isMultiple(of: 2) ? top - tooth : top
      points += [(left, height), (left + step, height)]
    }
    points.append((x + halfWidth, bottom))
    polygon(points, paint)
  }

  /// A pennant on a staff whose foot is (x, y).
  mutating func flag(_ x: Double, _ y: Double, _ height: Double, staff: Colour, cloth: Colour) {
    line([(x, y), (x, y - height)], .line(staff, height * 0.1))
    polygon([(x, y - height), (x + height * 0.7, y - height * 0.75), (x, y - height * 0.5)], .fill(cloth))
  }

  /// An outline bent between `points` at even angles round (x, y), each at its own radius: a bush, a stone, a puddle.
  mutating func blob(_ x: Double, _ y: Double, radii: [Double], flatness: Double = 1, _ paint: Paint) {
    let corners = zip(Pen.regular(radii.count, x, y, 1), radii).map { unit, radius -> Point in
      (x + (unit.x - x) * radius, y + (unit.y - y) * radius * flatness)
    }
    func middle(_ a: Point, _ b: Point) -> String {
      "\(Pen.number((a.x + b.x) / 2)) \(Pen.number((a.y + b.y) / 2))"
    }
    var outline = "M \(middle(corners[corners.count - 1], corners[0]))"
    for (index, corner) in corners.enumerated() {
      let next = corners[(index + 1) % corners.count]
      outline += " Q \(Pen.number(corner.x)) \(Pen.number(corner.y)) \(middle(corner, next))"
    }
    path(outline + " Z", paint)
  }
}
