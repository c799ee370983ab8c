import RelevancePropagation

/// What a scene shows. The order is that of the demo network's outputs.
public enum SceneClass: String, Sendable, Hashable, Codable, CaseIterable {
  case airliner
  case castle
  case church
  case hotAirBalloon = "hot-air balloon"
  case locomotive
  case passengerCar = "passenger car"
  case sailingBoat = "sailing boat"
  case strawberry
  case streetSign = "street sign"
  case zebra

  /// As printed and as stored in the model file: "passenger car".
  public var label: String { rawValue }

  /// As in file names: "passenger-car".
  public var fileName: String { label.replacing(" ", with: "-") }

  /// Index among the classes: the network's output.
  public var index: Int { SceneClass.allCases.firstIndex(of: self)! }

  /// The class with this label or file name.
  ///
  /// Throws `SceneError.unknownClass`, which lists the classes there are.
  public init(named name: String) throws(SceneError) {
    guard let match = SceneClass.allCases.first(where: { name == $0.label || name == $0.fileName }) else {
      throw .unknownClass(name)
    }
    self = match
  }

  /// Whether a drawing may look left as well as right: a sign bears letters.
  var mayBeMirrored: Bool { self != .streetSign }

  /// Draws one example into a frame of −50 … 50, looking right, from random numbers alone.
  typealias Drawing = @Sendable (inout SplitMix64, inout Pen) -> Void

  var drawing: Drawing {
    switch self {
    case .airliner: Craft.airliner
    case .castle: Buildings.castle
    case .church: Buildings.church
    case .hotAirBalloon: Craft.hotAirBalloon
    case .locomotive: Vehicles.locomotive
    case .passengerCar: Vehicles.passengerCar
    case .sailingBoat: Craft.sailingBoat
    case .strawberry: Nature.strawberry
    case .streetSign: StreetSign.draw
    case .zebra: Nature.zebra
    }
  }
}
