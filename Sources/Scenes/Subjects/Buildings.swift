import RelevancePropagation

/// Castle and church. Every drawing fills a frame of −50 … 50 in both directions, its foot at about y = 46.
enum Buildings {
  static func castle(_ random: inout SplitMix64, _ pen: inout Pen) {
    // Drawn with its foot at 46 and spires as high as they come, then made small enough for the frame.
    let scale = 0.9
    pen.placed(x: 0, y: 46 * (1 - scale), scaleX: scale, scaleY: scale) { pen in wholeCastle(&random, &pen) }
  }

  private static func wholeCastle(_ random: inout SplitMix64, _ pen: inout Pen) {
    let stone = Colour(
      random.element([25, 35, 42, 215, 10, 95]), random.real(0.04...0.35), random.real(0.38...0.72))
    let roof = Colour(random.element([5, 15, 210, 225, 280, 150]), random.real(0.25...0.7), random.real(0.25...0.5))
    let edge = stone.darker(0.2)
    let dark = Colour(random.real(0...360), 0.2, random.real(0.08...0.2))
    let half = random.real(30...38)
    let wallTop = random.real(2...14)
    let towerHalf = random.real(7...10)
    let towerTop = random.real(-26 ... -10)
    let roofed = random.chance(0.55)

    func tower(_ pen: inout Pen, _ x: Double, _ half: Double, _ top: Double, _ stone: Colour) {
      pen.battlement(x, top: top, bottom: 46, halfWidth: half, teeth: 3, tooth: 5, .outlined(stone, edge, 0.8))
      if roofed {
        pen.gable(x, base: top - 3, halfWidth: half * 1.25, height: half * 2, .outlined(roof, roof.darker(0.1), 0.8))
      }
      pen.arch(x, top + 15, half * 0.55, 9, .fill(dark))
      pen.arch(x, top + 34, half * 0.55, 8, .fill(dark))
    }

    // The keep stands behind the wall.
    let keep = random.real(8...11)
    tower(&pen, random.real(-8...8), keep, towerTop - random.real(2...10), stone.darker(0.07))
    pen.battlement(
      0, top: wallTop, bottom: 46, halfWidth: half, teeth: random.integer(6...9), tooth: 5, .outlined(stone, edge, 0.8))
    let courses = stone.darker(0.1)
    for y in stride(from: wallTop + 9, to: 46, by: 9) {
      pen.line([(-half, y), (half, y)], .line(courses, 0.6))
    }
    tower(&pen, -half, towerHalf, towerTop, stone.lighter(0.05))
    tower(&pen, half, towerHalf, towerTop + random.real(-5...8), stone.lighter(0.05))
    pen.arch(0, 46, random.real(14...19), random.real(20...25), .outlined(dark, edge, 2))
    for x in [-15.0, 15] { pen.arch(x * half / 34, wallTop + 16, 4, 9, .fill(dark)) }
    if random.chance(0.6) {
      let cloth = Colour.any(&random, saturation: 0.6...1)
      let top = roofed ? towerTop - 3 - towerHalf * 2 : towerTop - 4
      pen.flag(-half, top + 1, 12, staff: dark, cloth: cloth)
    }
  }

  static func church(_ random: inout SplitMix64, _ pen: inout Pen) {
    let wall = Colour(random.element([40, 48, 12, 200, 30]), random.real(0.05...0.4), random.real(0.55...0.92))
    let roof = Colour(random.element([8, 18, 215, 25, 160]), random.real(0.2...0.6), random.real(0.22...0.48))
    let edge = wall.darker(0.25)
    let glass = Colour(random.element([215, 45, 260]), random.real(0.3...0.7), random.real(0.15...0.45))
    let towerX = random.real(-30 ... -22)
    let towerHalf = random.real(9...12)
    let towerTop = random.real(-16 ... -6)
    let eaves = random.real(12...18)
    let ridge = eaves - random.real(14...20)
    let right = random.real(38...46)

    // Nave: wall, roof, windows.
    pen.rectangle(towerX, eaves, right - towerX - 2, 46 - eaves, .outlined(wall.darker(0.05), edge, 0.8))
    pen.polygon(
      [(towerX, eaves), (towerX + 4, ridge), (right - 9, ridge), (right + 1, eaves)],
      .outlined(roof, roof.darker(0.12), 0.8))
    let windows = random.integer(3...4)
    let first = towerX + towerHalf + 7
    for index in 0..<windows {
      let x = first + (right - 8 - first) * Double(index) / Double(windows - 1)
      pen.arch(x, 40, 5.5, 17, .outlined(glass, edge, 0.9))
    }
    // Tower: wall, clock, door, spire, cross.
    pen.rectangle(towerX - towerHalf, towerTop, 2 * towerHalf, 46 - towerTop, .outlined(wall, edge, 0.8))
    pen.circle(towerX, towerTop + 9, towerHalf * 0.5, .outlined(.white, edge, 1))
    pen.line([(towerX, towerTop + 5.5), (towerX, towerTop + 9), (towerX + 2.5, towerTop + 9)], .line(.black, 0.8))
    pen.arch(towerX, towerTop + 29, towerHalf * 0.6, 10, .fill(glass))
    pen.arch(towerX, 46, towerHalf * 0.9, 14, .outlined(roof.darker(0.12), edge, 1))
    let spire = 38 + towerTop
    pen.gable(
      towerX, base: towerTop, halfWidth: towerHalf * 1.15, height: spire, .outlined(roof, roof.darker(0.12), 0.8))
    let tip = towerTop - spire
    let gold = random.chance(0.5) ? Colour(45, 0.8, 0.5) : Colour.black
    pen.line([(towerX, tip + 1), (towerX, tip - 11)], .line(gold, 1.8))
    pen.line([(towerX - 4, tip - 7), (towerX + 4, tip - 7)], .line(gold, 1.8))
  }
}
