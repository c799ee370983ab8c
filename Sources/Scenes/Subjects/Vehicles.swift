import RelevancePropagation

/// Locomotive and passenger car, side views looking right, in a frame of −50 … 50.
enum Vehicles {
  static func locomotive(_ random: inout SplitMix64, _ pen: inout Pen) {
    let body = random.chance(0.4) ? Colour.grey(random.real(0.12...0.3)) : Colour.any(&random, lightness: 0.2...0.45)
    let trim = Colour(random.element([0, 45, 35, 210]), random.real(0.5...0.9), random.real(0.4...0.6))
    let iron = Colour.grey(random.real(0.06...0.22))
    let smoke = Colour.grey(random.real(0.6...0.92))
    let boiler = random.real(11...13)
    let chimney = random.real(25...31)
    let cabTop = random.real(-29 ... -23)

    // Smoke drifts back over the boiler.
    for index in 0..<random.integer(3...4) {
      let step = Double(index)
      pen.circle(
        chimney - 2 - step * random.real(8...10), -38 - random.real(0...4), 4.5 + step * 1.1,
        .fill(smoke.darker(step * 0.03)))
    }
    pen.polygon(
      [(chimney - 3, -10), (chimney - 5.5, -34), (chimney + 5.5, -34), (chimney + 3, -10)],
      .outlined(iron, iron.lighter(0.15), 0.6))
    pen.ellipse(random.real(6...10), 10 - 2 * boiler, 6, 6, .fill(trim))
    // Boiler with bands and the round smoke box in front.
    pen.rectangle(-22, 10 - 2 * boiler, 58, 2 * boiler, .outlined(body, body.darker(0.12), 0.8), radius: 4)
    for x in [-8.0, 6, 19] { pen.line([(x, 10 - 2 * boiler), (x, 10)], .line(trim, 1.3)) }
    pen.rectangle(33, 9 - 2 * boiler, 8, 2 * boiler + 2, .fill(iron), radius: 2)
    pen.circle(42, -9, 3.4, .outlined(Colour(50, 0.9, 0.75), iron, 1))
    // Cab with its roof.
    pen.rectangle(-45, cabTop, 26, 12 - cabTop, .outlined(body, body.darker(0.12), 0.8))
    pen.rectangle(-48, cabTop - 4, 32, 4.5, .fill(iron), radius: 2)
    pen.rectangle(-39, cabTop + 5, 13, 11, .outlined(Colour(200, 0.4, random.real(0.5...0.85)), trim, 1.3))
    // Frame, cow catcher, wheels, rod.
    pen.rectangle(-47, 10, 90, 7, .fill(trim.darker(0.1)))
    pen.polygon([(36, 17), (44, 14), (50, 36), (36, 36)], .outlined(iron, trim, 1))
    let driving = random.real(10.5...12)
    let wheels: [Double] = random.chance(0.5) ? [-33, -7] : [-36, -13, 10]
    let rim = random.chance(0.5) ? trim : Colour.grey(0.55)
    for x in wheels { pen.wheel(x, 36 - driving, driving, tyre: iron, rim: rim, spokes: 8) }
    for x in (wheels.count == 2 ? [14.0, 27] : [28.0]) { pen.wheel(x, 36 - 7, 7, tyre: iron, rim: rim, spokes: 6) }
    pen.line([(wheels[0], 36 - driving), (wheels[wheels.count - 1], 36 - driving)], .line(Colour.grey(0.75), 2.4))
  }

  static func passengerCar(_ random: inout SplitMix64, _ pen: inout Pen) {
    let paint = Colour.any(&random, saturation: 0.1...0.95, lightness: 0.3...0.75)
    let glass = Colour(random.real(190...220), random.real(0.15...0.45), random.real(0.2...0.75))
    let dark = paint.darker(0.2)
    let rim = Colour.grey(random.real(0.6...0.85))
    let tyre = Colour.grey(random.real(0.06...0.16))
    let roof = random.real(-25 ... -18)
    let belt = random.real(-6 ... -2)
    // Where the cabin begins and ends, at the belt and at the roof: saloon, hatchback, estate.
    let cabins: [(rear: Double, roofRear: Double, roofFront: Double, front: Double)] = [
      (-33, -20, 9, 25), (-46, -37, 8, 26), (-47, -44, 10, 26),
    ]
    let cabin = random.element(cabins)
    let n = Pen.number

    pen.path(
      "M -49 16 L -49 \(n(belt + 4)) Q -48 \(n(belt)) \(n(cabin.rear)) \(n(belt)) "
        + "L \(n(cabin.roofRear)) \(n(roof + 2)) Q \(n(cabin.roofRear + 2)) \(n(roof)) \(n(cabin.roofRear + 6)) \(n(roof)) "
        + "L \(n(cabin.roofFront - 4)) \(n(roof)) Q \(n(cabin.roofFront)) \(n(roof)) \(n(cabin.roofFront + 3)) \(n(roof + 3)) "
        + "L \(n(cabin.front)) \(n(belt)) Q 46 \(n(belt + 1)) 49 \(n(belt + 9)) L 50 16 Z",
      .outlined(paint, dark, 1))
    // Side windows with a pillar between.
    let pillar = (cabin.roofRear + cabin.roofFront) / 2 + 1
    let top = roof + 4
    pen.polygon(
      [(cabin.rear + 6, belt), (cabin.roofRear + 5, top), (pillar - 1.5, top), (pillar - 1.5, belt)], .fill(glass))
    pen.polygon(
      [(pillar + 1.5, belt), (pillar + 1.5, top), (cabin.roofFront - 1, top), (cabin.front - 4, belt)], .fill(glass))
    pen.line([(pillar, belt), (pillar, 14)], .line(dark, 0.9))
    pen.line([(cabin.front - 5, belt), (cabin.front - 6, 14)], .line(dark, 0.9))
    for x in [pillar - 7, cabin.front - 12] { pen.line([(x, belt + 4), (x + 4, belt + 4)], .line(dark, 1.3)) }
    if random.chance(0.35) { pen.rectangle(-48, belt + 7, 96, 2.5, .fill(paint.lighter(0.25))) }
    // Lamps, bumpers, wheels.
    pen.ellipse(46, belt + 8, 2.8, 2.4, .fill(Colour(52, 0.9, 0.8)))
    pen.rectangle(-49, belt + 5, 3.5, 5, .fill(Colour(2, 0.85, 0.45)))
    pen.rectangle(-50, 13, 100, 4, .fill(dark.darker(0.08)), radius: 2)
    let radius = random.real(8.5...10.5)
    for x in [-29.0, 29] {
      pen.circle(x, 16, radius + 1.8, .fill(dark.darker(0.12)))
      pen.wheel(x, 17, radius, tyre: tyre, rim: rim, spokes: random.chance(0.5) ? 5 : 0)
    }
  }
}
