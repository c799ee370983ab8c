import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: the ledger's sums by every family of kernels against their definition. Small integers over powers of 2: exact sums.
@Suite struct LedgerSumsTests {
  private static let (images, targets, epsilon) = (2, 2, Float(0.25))

  /// Units with z and stab(z), a and f = a / stab(z); s and R = s · stab(z).
  private struct Units {
    var (z, a, f, output, units, shift, bias): ([Float], [Float], [Float], [Float], [Float], [Float], [Float])
    var (s, relevance): ([Float], [Float]) = ([], [])
    private(set) var divisors: [Float] = []

    init(_ count: Int, _ sign: Stabilizer.Sign, seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let numbers = images * count
      let choices: [Float] = sign == .atZero ? [0.25, 1, -2, 4, 0.5, -0.5] : [0.5, 1, -2, 4, -0.5]
      divisors = (0..<numbers).map { _ in choices.randomElement(using: &random)! }
      z = divisors.map { divisor in
        switch sign {
        case .signed: divisor - (divisor < 0 ? -epsilon : epsilon)
        case .positive: divisor - epsilon
        case .atZero: divisor == epsilon ? 0 : divisor
        }
      }
      a = random.integers(numbers)
      f = zip(a, divisors).map { $0 / $1 }
      output = random.integers(numbers)
      units = random.integers(numbers)
      shift = random.integers(count)
      bias = random.integers(count)
      for entry in 0..<images * targets {
        for i in 0..<count {
          let at = entry / targets * count + i
          // Where a is 0 a factor leaves no relevance.
          s.append(a[at] == 0 ? 0 : Float(Int.random(in: -4...4, using: &random)))
          relevance.append(s.last! * divisors[at])
        }
      }
    }

    /// What the kernels should count of an entry, in double precision.
    func expected(_ entry: Int, gate: Share.Gate, channels: Int, isIdle: Bool) -> [Double] {
      let count = shift.count
      var sums = [Double](repeating: 0, count: 7)
      for i in 0..<count {
        let (own, at) = (entry * count + i, entry / targets * count + i)
        let (R, s) = (Double(relevance[own]), Double(s[own]))
        sums[0] += R
        sums[1] += abs(R)
        sums[2] = max(sums[2], abs(R))
        sums[4] += 2 * s * Double(bias[i % channels])
        let isOpen = gate == .always || (gate == .positiveOutput ? output[at] > 0 : output[at] < 0)
        if isOpen { sums[5] += R - s * Double(z[at]) }
        if isIdle, units[at] == 0 { sums[6] += abs(R) }
      }
      return sums
    }
  }

  private static func numbers(_ sums: LedgerSums) -> [Double] {
    [
      sums.relevance, sums.magnitude, sums.largest, Double(sums.nonFinite), sums.bias, sums.stabilizer, sums.idle,
    ]
  }

  private func buffer(_ numbers: [Float], _ engine: Engine) throws -> Buffer<Float> {
    try Buffer(numbers, on: engine.queue)
  }

  /// The sums of every entry; what lies before and behind its partial results is intact.
  private func count(_ launch: LedgerLaunch, on engine: Engine) throws -> [LedgerSums] {
    let (entries, guarded) = (Self.images * Self.targets, SIMD8<Float>(repeating: 7))
    let partials = try Buffer(
      [SIMD8<Float>](repeating: guarded, count: (entries + 2) * Engine.chunks), on: engine.queue)
    try engine.count(launch, entries: entries, first: Engine.chunks, into: partials)
    let values = try engine.queue.read(partials, count: partials.count)
    #expect((values.prefix(Engine.chunks) + values.suffix(Engine.chunks)).allSatisfy { $0 == guarded })
    return LedgerSums.entries(entries, values[Engine.chunks...])
  }

  @Test(
    "R, what bias and stabilizer keep of it and what is idle, from R and s, from s and z, from s, a and f",
    arguments: KernelFamily.allCases, [1, 63, 5000, 100_003])
  func sums(_ family: KernelFamily, _ count: Int) throws {
    let engine = TestDevice.engine(of: family)
    for sign in Stabilizer.Sign.allCases {
      let units = Units(count, sign, seed: UInt64(count))
      let statistics = try buffer([1, 1], engine)
      let shifted = zip(units.z.indices, units.z).map { $1 - units.shift[$0 % count] }
      let sources: [(String, LedgerLaunch.Relevance, Share.Gate)] = [
        ("stored", .stored(try buffer(units.relevance, engine)), .always),
        ("stored", .stored(try buffer(units.relevance, engine)), .positiveOutput),
        ("stored", .stored(try buffer(units.relevance, engine)), .negativeOutput),
        ("quotient", .quotient(z: try buffer(units.z, engine), shift: nil), .always),
        ("shifted", .quotient(z: try buffer(shifted, engine), shift: try buffer(units.shift, engine)), .always),
        ("factor", .factor(a: try buffer(units.a, engine), f: try buffer(units.f, engine)), .always),
      ]
      for (name, source, gate) in sources {
        // ε itself, and the same as a share of a statistic that is 1; a bias per channel and per position.
        for (stabilizer, channels, mode) in [
          (Stabilizer(Self.epsilon, sign: sign), min(count, 5), DeviceParameters.BiasMode.perChannel),
          (Stabilizer(0.125, relative: 0.125, sign: sign), min(count, 48), .perChannel),
          (Stabilizer(Self.epsilon, sign: sign), count, .perPosition),
        ] {
          var launch = LedgerLaunch(count: count, channels: channels, targets: Self.targets, relevance: source)
          launch.quotient = LedgerLaunch.Quotient(
            s: try buffer(units.s, engine), stabilizer: stabilizer, statistics: statistics, gate: gate,
            output: try buffer(units.output, engine))
          launch.bias = LedgerLaunch.Bias(values: try buffer(units.bias, engine), mode: mode, coefficient: 2)
          launch.units = channels == count ? try buffer(units.units, engine) : nil
          let found = try self.count(launch, on: engine).map(Self.numbers)
          let expected = (0..<Self.images * Self.targets).map {
            units.expected($0, gate: gate, channels: channels, isIdle: launch.units != nil)
          }
          #expect(found == expected, "\(family), \(name), \(stabilizer), gate \(gate), \(channels) of \(count)")
        }
      }
    }
  }

  @Test("relevance alone, and what a bias keeps alone", arguments: KernelFamily.allCases)
  func alone(_ family: KernelFamily) throws {
    let (engine, count) = (TestDevice.engine(of: family), 5000)
    let units = Units(count, .signed, seed: 9)
    let stored = try self.count(
      LedgerLaunch(count: count, targets: Self.targets, relevance: .stored(buffer(units.relevance, engine))), on: engine
    )
    var launch = LedgerLaunch(count: count, channels: 16, targets: Self.targets, relevance: .unread)
    let s = try buffer(units.s, engine)
    launch.quotient = LedgerLaunch.Quotient(
      s: s, stabilizer: Stabilizer(1), statistics: s, gate: .always, output: s)
    launch.bias = LedgerLaunch.Bias(values: try buffer(units.bias, engine), mode: .perChannel, coefficient: 2)
    let kept = try self.count(launch, on: engine)
    // As it is before it reaches the winners of a pooling: R = s · a.
    let product = try self.count(
      LedgerLaunch(
        count: count, targets: Self.targets, relevance: .product(c: s, a: buffer(units.divisors, engine))), on: engine)
    #expect(product.map(Self.numbers) == stored.map(Self.numbers))
    for entry in stored.indices {
      let expected = units.expected(entry, gate: .always, channels: 16, isIdle: false)
      #expect(Self.numbers(stored[entry]) == expected[..<4] + [0, 0, 0])
      #expect(Self.numbers(kept[entry]) == [0, 0, 0, 0, expected[4], 0, 0])
    }
  }

  @Test(
    "relevance without a quotient, where the denominator was 0, is the stabilizer's", arguments: KernelFamily.allCases)
  func zeroDenominator(_ family: KernelFamily) throws {
    let engine = TestDevice.engine(of: family)
    let entries = Self.images * Self.targets
    let s = try buffer([Float](repeating: 0, count: entries * 3), engine)
    let relevance = try buffer((0..<entries).flatMap { _ in [1, 0, -4] as [Float] }, engine)
    var launch = LedgerLaunch(count: 3, targets: Self.targets, relevance: .stored(relevance))
    launch.quotient = LedgerLaunch.Quotient(s: s, stabilizer: Stabilizer(0), statistics: s, gate: .always, output: s)
    #expect(try count(launch, on: engine).map(\.stabilizer) == [-3, -3, -3, -3])
  }

  @Test("numbers that are none are counted, not added, wherever R comes from", arguments: KernelFamily.allCases)
  func notFinite(_ family: KernelFamily) throws {
    let (engine, count) = (TestDevice.engine(of: family), 1000)
    let entries = Self.images * Self.targets
    var s = [Float](repeating: 1, count: entries * count)
    // Of the first entry; unit 3 is off: a = f = 0, where c = NaN makes s = 0 · NaN.
    (s[0], s[3], s[count - 1]) = (.infinity, .nan, -.infinity)
    let ones = try buffer([Float](repeating: 1, count: Self.images * count), engine)
    var isOn = [Float](repeating: 1, count: Self.images * count)
    (isOn[3], isOn[count + 3]) = (0, 0)
    let (broken, active) = (try buffer(s, engine), try buffer(isOn, engine))
    let sources: [(LedgerLaunch.Relevance, Double)] = [
      (.stored(broken), Double(count)), (.quotient(z: ones, shift: nil), 2 * Double(count)),
      (.factor(a: active, f: active), Double(count - 1)), (.product(c: broken, a: ones), Double(count)),
    ]
    for (source, intact) in sources {
      var launch = LedgerLaunch(count: count, targets: Self.targets, relevance: source)
      launch.quotient = LedgerLaunch.Quotient(
        s: broken, stabilizer: Stabilizer(1, sign: .positive), statistics: ones, gate: .always, output: ones)
      let found = try self.count(launch, on: engine)
      #expect(found.map(\.nonFinite) == [3, 0, 0, 0], "\(source)")
      #expect(found[1].relevance == intact && found[0].relevance < intact && found[0].largest.isFinite, "\(source)")
    }
  }
}
