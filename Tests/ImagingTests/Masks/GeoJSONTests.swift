import Foundation
import RelevancePropagation
import Testing

@testable import Imaging

@Suite("Masks of work as GeoJSON")
struct GeoJSONTests {
  static let square = "[[100,100],[300,100],[300,300],[100,300],[100,100]]"
  static let hole = "[[150,150],[250,150],[250,250],[150,250],[150,150]]"

  func mask(_ text: String, _ width: Int = 1000, _ height: Int = 500, scale: Int = 1) throws -> WorkMask {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), as: "mask.geojson")
    return try WorkMask(
      path: path, width: width, height: height, fullWidth: width * scale, fullHeight: height * scale)
  }

  func error(_ text: String) throws -> ImageError { try #require(throws: ImageError.self) { try mask(text) } }

  static func feature(_ geometry: String) -> String {
    #"{"type":"Feature","id":"b2","geometry":\#(geometry),"properties":{"objectType":"annotation","name":"x"}}"#
  }

  static let polygon = #"{"type":"Polygon","coordinates":[\#(square),\#(hole)]}"#

  @Test(
    "Polygons with holes are found in every wrapping",
    arguments: [
      polygon, feature(polygon), #"{"type":"MultiPolygon","coordinates":[[\#(square),\#(hole)]]}"#,
      #"{"type":"FeatureCollection","features":[\#(feature("null")),\#(feature(polygon))]}"#,
      #"{"type":"GeometryCollection","geometries":[\#(polygon)]}"#,
      #" [\#(feature(polygon)), \#(polygon)]"#, "\u{feff}" + polygon,
      feature(#"{"type":"GeometryCollection","geometries":[\#(polygon)]}"#),
    ])
  func wrappings(text: String) throws {
    let mask = try mask(text)
    #expect(mask.share(x: 100, y: 100, width: 50, height: 200) == 1)
    #expect(mask.share(x: 150, y: 150, width: 100, height: 100) == 0)
    #expect(mask.share(x: 0, y: 0, width: 100, height: 500) == 0)
    #expect(mask.areaShare == 0.06)
    #expect(mask.bounds == PixelRectangle(x: 100, y: 100, width: 200, height: 200))
  }

  @Test("What several polygons cover counts once; coordinates are of level 0, and may lie outside")
  func unions() throws {
    let text = """
      {"type": "MultiPolygon", "coordinates": [
        [[[-500, -10, 3], [400, -10], [400, 200], [-500, 200], [-500, -10, 3]]],
        [[[200, 0], [800, 0], [800, 200], [200, 200], [200, 0]]]]}
      """
    let mask = try mask(text, 1000, 500, scale: 2)
    #expect(mask.share(x: 0, y: 0, width: 400, height: 100) == 1)
    #expect(mask.areaShare == 0.08)
  }

  @Test("A triangle's area and edges are met within a cell's rounding")
  func triangle() throws {
    let mask = try mask(#"{"type":"Polygon","coordinates":[[[0,0],[500,0],[0,500],[0,0]]]}"#, 1000, 1000)
    #expect(abs(mask.areaShare - 0.125) < 1e-4)
    #expect(mask.share(x: 10, y: 10, width: 96, height: 96) == 1)
    // Halved by the edge.
    #expect(abs(mask.share(x: 200, y: 200, width: 100, height: 100) - 0.5) < 0.005)
    #expect(mask.share(x: 300, y: 300, width: 100, height: 100) == 0)
  }

  @Test("Polygons in an image larger than the raster keep their area")
  func bounded() throws {
    let mask = try mask(
      #"{"type":"Polygon","coordinates":[[[1003,2007],[50009,2007],[50009,60001],[1003,60001],[1003,2007]]]}"#,
      100_000, 80_000)
    #expect(mask.raster.columns == 4096)
    #expect(abs(mask.areaShare - 49006.0 * 57994 / 8e9) < 1e-5)
    #expect(mask.share(x: 1100, y: 2100, width: 224, height: 224) == 1)
    #expect(mask.share(x: 50100, y: 2100, width: 224, height: 224) == 0)
  }

  @Test("A ring that crosses itself is inside where lines cross an odd number of edges")
  func bowTie() throws {
    let mask = try mask(#"{"type":"Polygon","coordinates":[[[0,0],[100,100],[100,0],[0,100],[0,0]]]}"#, 100, 100)
    #expect(abs(mask.areaShare - 0.5) < 0.01)
    #expect(mask.share(x: 0, y: 40, width: 20, height: 20) == 1)
    #expect(mask.share(x: 45, y: 0, width: 10, height: 30) == 0)
  }

  @Test(
    "Other geometry is refused by name, with its place",
    arguments: [
      (#"{"type":"Point","coordinates":[1,2]}"#, "found a Point, which has no area to work in"),
      (
        #"{"type":"FeatureCollection","features":[\#(feature(polygon)),\#(feature(#"{"type":"LineString","coordinates":[[1,2],[3,4]]}"#))]}"#,
        "features[1].geometry: found a LineString, which has no area to work in"
      ),
      (
        #"{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[]}]}"#,
        "geometries[0]: found a MultiPoint, which has no area to work in"
      ),
      (
        #"{"type":"Topology","objects":{}}"#, "found a Topology, which has no area to work in"
      ),
      (#"{"a":1}"#, "it has no \"type\""),
      (#"{"type":"Feature","geometry":{"coordinates":[]}}"#, "geometry has no \"type\""),
      (
        #"{"type":"Polygon","coordinates":[[[0,0],[1,"x"],[1,1],[0,0]]]}"#,
        "coordinates[0][1][1]: Expected to decode Double but found a string instead."
      ),
      (
        #"{"type":"Polygon","coordinates":[[[0,0],[1,1],[0,0]]]}"#,
        "coordinates: expected rings of 4 positions or more whose last is the first, found ring 0 of 3"
      ),
      (
        #"{"type":"Polygon","coordinates":[\#(square),[[0,0],[1,0],[1,1],[0,1]]]}"#,
        "coordinates: expected rings of 4 positions or more whose last is the first, found ring 1 that is not closed"
      ),
      (#"{"type":"Polygon","coordinates":[]}"#, "coordinates: found a polygon without rings"),
      (
        #"{"type":"FeatureCollection","crs":{"type":"name"},"features":[]}"#,
        "crs: found coordinates of a geographic reference system"
      ),
      (#"{"type":"FeatureCollection","features":[]}"#, "nothing is wanted in it"),
      (
        #"{"type":"Polygon","coordinates":[[[2000,0],[3000,0],[3000,10],[2000,0]]]}"#, "nothing is wanted in it"
      ),
    ])
  func refused(text: String, found: String) throws { #expect(try error(text).found == found) }

  @Test(
    "Bad JSON is refused with line and column",
    arguments: [
      ("{\"type\": \"Polygon\",\n \"coordinates\": [1,, 2]}", "line 2, column 20"),
      ("{\"type\": \"Polygon\",\n\"coordinates\": [[[0, 0]", "it ends too early, at line 2, column 24"),
      ("{\"type\": Polygon}", "line 1, column 10"), ("", "it is empty"),
      ("{", "it ends too early, at line 1, column 2"),
    ])
  func badJSON(text: String, place: String) throws {
    let found = try error(text).found
    #expect(found.contains(place), "\(found)")
    if !text.isEmpty { #expect(found.hasPrefix("it is no JSON: ")) }
  }

  @Test("JSON is known by its first character too")
  func suffix() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("\n {\"type\":\"Point\"}".utf8), as: "mask")
    let error = #expect(throws: ImageError.self) {
      try WorkMask(path: path, width: 10, height: 10, fullWidth: 10, fullHeight: 10)
    }
    #expect(error?.found.contains("found a Point") == true)
  }
}
