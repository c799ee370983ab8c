/// What stands at the top of a GeoJSON file: one object, or as older QuPath writes them, an array of features.
struct GeoJSONFile: Decodable {
  let polygons: [GeoJSON.Polygon]

  private enum Key: String, CodingKey { case crs }

  init(from decoder: any Decoder) throws {
    if var array = try? decoder.unkeyedContainer() {
      var polygons: [GeoJSON.Polygon] = []
      while !array.isAtEnd { polygons += try array.decode(GeoJSONObject.self).polygons }
      self.polygons = polygons
      return
    }
    if try decoder.container(keyedBy: Key.self).contains(.crs) {
      throw GeoJSON.Fault(
        place: [Key.crs], found: "found coordinates of a geographic reference system",
        remedy: "give them in pixels of level 0, without \"crs\"")
    }
    polygons = try GeoJSONObject(from: decoder).polygons
  }
}

/// A GeoJSON object with all polygons inside it.
struct GeoJSONObject: Decodable {
  let polygons: [GeoJSON.Polygon]

  private enum Key: String, CodingKey { case type, geometry, features, geometries, coordinates }

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    let type = try object.decode(String.self, forKey: .type)
    switch type {
    case "FeatureCollection": polygons = try object.decode([GeoJSONObject].self, forKey: .features).flatMap(\.polygons)
    case "GeometryCollection":
      polygons = try object.decode([GeoJSONObject].self, forKey: .geometries).flatMap(\.polygons)
    // RFC 7946, 3.2: null where a feature has no place.
    case "Feature": polygons = try object.decodeIfPresent(GeoJSONObject.self, forKey: .geometry)?.polygons ?? []
    case "Polygon": polygons = [GeoJSON.Polygon(rings: try object.decode(Rings.self, forKey: .coordinates).rings)]
    case "MultiPolygon":
      polygons = try object.decode([Rings].self, forKey: .coordinates).map { GeoJSON.Polygon(rings: $0.rings) }
    default:
      throw GeoJSON.Fault(
        place: decoder.codingPath, found: "found a \(type), which has no area to work in",
        remedy: "give Polygon and MultiPolygon, alone or in Feature, FeatureCollection, GeometryCollection")
    }
  }

  private struct Rings: Decodable {
    let rings: [[GeoJSON.Point]]

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      var rings: [[GeoJSON.Point]] = []
      while !list.isAtEnd {
        let ring = try list.decode([Position].self).map { GeoJSON.Point(x: $0.x, y: $0.y) }
        guard ring.count >= 4, ring.first == ring.last else {
          throw GeoJSON.Fault(
            place: decoder.codingPath,
            found: "expected rings of 4 positions or more whose last is the first, found ring \(rings.count) "
              + (ring.count < 4 ? "of \(ring.count)" : "that is not closed"))
        }
        rings.append(ring)
      }
      guard !rings.isEmpty else {
        throw GeoJSON.Fault(place: decoder.codingPath, found: "found a polygon without rings")
      }
      self.rings = rings
    }
  }

  /// x, y and whatever follows.
  private struct Position: Decodable {
    let x: Double
    let y: Double

    init(from decoder: any Decoder) throws {
      var numbers = try decoder.unkeyedContainer()
      x = try numbers.decode(Double.self)
      y = try numbers.decode(Double.self)
    }
  }
}
