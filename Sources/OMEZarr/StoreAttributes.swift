import Foundation

/// What `.zattrs` of a store says: the pyramid (NGFF 0.4, "multiscales"), how to show it ("omero"), and where it comes
/// from ("relprop").
struct StoreAttributes {
  let values: [String: JSONValue]

  init(values: [String: JSONValue]) { self.values = values }

  /// - Parameter statistics: nil while the store is not finished; viewers then choose the range.
  init(name: String, levels: [ZarrArray], provenance: Provenance, statistics: MapStatistics?) {
    var values: [String: JSONValue] = [
      "multiscales": [Self.multiscales(name: name, levels: levels.count, provenance: provenance)],
      "relprop": .object(provenance.values),
    ]
    if let statistics { values["omero"] = Self.omero(name: name, statistics) }
    self.values = values
  }

  var text: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Numbers that are not finite have no JSON; MapStatistics refuses them before.
    return String(decoding: try! encoder.encode(values), as: UTF8.self) + "\n"
  }

  /// Any value as JSON.
  static func value(_ value: some Encodable) -> JSONValue {
    try! JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }

  /// Coordinates are those of the image level that was explained: a map of a part of it lies where that part is, and a
  /// pixel of level k has its centre in the middle of the 2ᵏ × 2ᵏ pixels it is the mean of.
  private static func multiscales(name: String, levels: Int, provenance: Provenance) -> JSONValue {
    let microns = provenance.micronsPerPixel
    let unit = microns ?? 1
    let corner = (x: Double(provenance.roi?.x ?? 0), y: Double(provenance.roi?.y ?? 0))
    func axis(_ name: String) -> JSONValue {
      var axis: [String: JSONValue] = ["name": .string(name), "type": "space"]
      if microns != nil { axis["unit"] = "micrometer" }
      return .object(axis)
    }
    let datasets = (0..<levels).map { level -> JSONValue in
      let factor = Double(1 << level)
      let shift = (factor - 1) / 2
      let scale: JSONValue = [1, .number(unit * factor), .number(unit * factor)]
      let translation: JSONValue = [0, .number(unit * (corner.y + shift)), .number(unit * (corner.x + shift))]
      return [
        "path": .string("\(level)"),
        "coordinateTransformations": [
          ["type": "scale", "scale": scale], ["type": "translation", "translation": translation],
        ],
      ]
    }
    return [
      "version": "0.4", "name": .string(name), "axes": [["name": "c", "type": "channel"], axis("y"), axis("x")],
      "datasets": .array(datasets), "type": "mean",
      "metadata": ["description": "each level is the mean of 2 x 2 pixels of the one before"],
    ]
  }

  /// The window of relevance is symmetric: zero is in the middle of whatever colours a viewer has.
  private static func omero(name: String, _ statistics: MapStatistics) -> JSONValue {
    func channel(_ plane: MapPlane, isShown: Bool, window: [String: Double]) -> JSONValue {
      [
        "active": .bool(isShown), "coefficient": 1, "color": "FFFFFF", "family": "linear", "inverted": false,
        "label": .string(plane.description), "window": .object(window.mapValues { .number($0) }),
      ]
    }
    let bound = statistics.seedBound > 0 ? statistics.seedBound : 1
    let maximum = max(statistics.maximum, bound)
    let windows = max(statistics.mostWindows, 1)
    return [
      "id": 1, "version": "0.4", "name": .string(name),
      "channels": [
        channel(.relevance, isShown: true, window: ["start": -bound, "end": bound, "min": -maximum, "max": maximum]),
        channel(.coverage, isShown: false, window: ["start": 0, "end": windows, "min": 0, "max": windows]),
      ],
      "rdefs": ["defaultT": 0, "defaultZ": 0, "model": "color"],
    ]
  }
}
