import Testing

@testable import RelevancePropagation

/// Alarms: relevance that explodes, and relevance at units that are off.
@Suite struct LedgerAlarmTests {
  private func ledger(_ layers: [(String, any Layer, any Rule)], _ image: [Float]) throws -> Ledger {
    let network = try Network.chain(layers.map { ($0.0, $0.1) }, input: [image.count])
    let run = try DeviceRun(
      network, rules: Dictionary(uniqueKeysWithValues: layers.map { ($0.0, $0.2) }),
      images: Tensor(shape: [1, image.count], scalars: image))
    return try #require(run.relevance.ledger)
  }

  @Test("relevance at rectifiers' units that are off is counted and reported above a share")
  func idle() throws {
    // (1, −1) → ReLU (1, 0) → top w = (1, 1), z = 1. Flat gives each unit 0.5: half of it at the unit that is off.
    let identity = Dense(weight: Tensor(shape: [2, 2], scalars: [1, 0, 0, 1]), bias: nil)
    let top = Dense(weight: Tensor(shape: [1, 2], scalars: [1, 1]), bias: nil)
    func found(_ rule: any Rule) throws -> Ledger {
      try ledger([("id", identity, ZeroRule()), ("relu", ReLU(), PassRule()), ("top", top, rule)], [1, -1])
    }
    let flat = try found(FlatRule(stabilizer: Stabilizer(0)))
    let relu = try #require(flat.layers.first { $0.node == "relu" })
    #expect(relu.idle == [0.5] && relu.magnitude == [1])
    #expect(flat.layers.first { $0.node == "top" }?.idle == nil)
    let alarms = flat.alarms(entry: 0)
    #expect(alarms.map(\.layer) == ["relu"] && alarms[0].kind == .idle && alarms[0].ratio == 0.5)
    #expect("\(alarms[0])".contains("50.0 %"))
    #expect(flat.alarms(entry: 0, idle: 0.5).isEmpty)
    // Rules that multiply by the activation give such units exactly nothing.
    #expect(try found(ZeroRule()).layers.first { $0.node == "relu" }?.idle == [0])
  }

  @Test("relevance that grows past the stated factor is reported, layer by layer")
  func explosion() throws {
    // a = (100, 99), w = (1, −1): z = 1, contributions (100, −99): Σ|R| grows from 1 to 199 by cancellation, at "id".
    let identity = Dense(weight: Tensor(shape: [2, 2], scalars: [1, 0, 0, 1]), bias: nil)
    let top = Dense(weight: Tensor(shape: [1, 2], scalars: [1, -1]), bias: nil)
    let found = try ledger(
      [("id", identity, ZeroRule(stabilizer: Stabilizer(0))), ("top", top, ZeroRule(stabilizer: Stabilizer(0)))],
      [100, 99])
    let alarms = found.alarms(entry: 0)
    #expect(alarms.map(\.layer) == ["id"] && alarms[0].kind == .explosion)
    #expect(abs((alarms.first?.ratio ?? 0) - 199) < 1e-3)
    #expect(found.alarms(entry: 0, explosion: 200).isEmpty)
  }
}
