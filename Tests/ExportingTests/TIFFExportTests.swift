import Exporting
import Foundation
import Imaging
import OMEZarr
import RelevancePropagation
import Testing

/// The three kinds of TIFF, read back through libtiff.
@Suite struct TIFFExportTests {
  private func sizes(_ pictures: [TIFFReader.Picture]) -> [[Int]] { pictures.map { [$0.width, $0.height] } }

  @Test("OME-TIFF holds both planes on all levels bit for bit, smaller levels as SubIFDs")
  func omeTIFF() throws {
    let map = try MapFixture(provenance: ["micronsPerPixel": 0.25])
    try map.exporter().export(.omeTIFF, to: map.file("m.ome.tif"))
    let file = try #require(TIFFReader(map.file("m.ome.tif")))
    #expect(file.isBig)
    let planes = file.chain()
    #expect(sizes(planes) == [[1300, 1100], [1300, 1100]])
    for (plane, picture) in zip(MapPlane.allCases, planes) {
      let levels = [picture] + picture.children.map(file.picture(at:))
      #expect(sizes(levels) == [[1300, 1100], [650, 550], [325, 275]])
      #expect(levels.map(\.isReduced) == [false, true, true])
      #expect(levels.allSatisfy { $0.predictor == 3 && $0.bits == 32 && $0.bands == 1 })
      #expect(picture.pixelsPerCentimetre == 40_000)
      for (number, level) in levels.enumerated() {
        let found = try file.samples(of: level, as: Float.self, zero: 0)
        #expect(try found == map.values(plane, level: number), "\(plane), level \(number)")
      }
    }
    let description = try #require(planes[0].description)
    for part in [
      #"SizeX="1300" SizeY="1100""#, #"SizeC="2""#, #"Type="float""#, #"PhysicalSizeX="0.25""#,
      #"<Channel ID="Channel:0:0" Name="relevance""#, #"FirstC="1" FirstT="0" FirstZ="0" IFD="1""#,
    ] { #expect(description.contains(part), "\(part)") }
    #expect(planes[1].description == nil)
  }

  @Test("Relevance alone is one picture")
  func relevanceAlone() throws {
    let map = try MapFixture()
    let record = try map.exporter(ExportOptions(planes: [.relevance])).export(.omeTIFF, to: map.file("m.ome.tif"))
    let file = try #require(TIFFReader(map.file("m.ome.tif")))
    #expect(file.chain().count == 1)
    #expect(file.chain()[0].description?.contains(#"SizeC="1""#) == true)
    #expect(record.planes == ["relevance"])
  }

  @Test(
    "The coloured pyramid is a chain of pictures whose every pixel has the colour of its relevance", arguments: [2, 4])
  func colors(_ factor: Int) throws {
    let map = try MapFixture(provenance: ["micronsPerPixel": 0.5])
    let options = ExportOptions(colors: .seed, normalization: .percentile(99), levelFactor: factor)
    let record = try map.exporter(options).export(.tiff, to: map.file("m.tif"))
    let bound = try #require(record.colors?.bound)
    let file = try #require(TIFFReader(map.file("m.tif")))
    let levels = file.chain()
    #expect(sizes(levels) == (factor == 2 ? [[1300, 1100], [650, 550], [325, 275]] : [[1300, 1100], [325, 275]]))
    #expect(record.levels == sizes(levels))
    #expect(levels.map(\.isReduced) == [false] + levels.dropFirst().map { _ in true })
    #expect(levels.allSatisfy { $0.bands == 3 && $0.bits == 8 && $0.children.isEmpty })
    let resolutions = levels.map { 20_000 * Double($0.width) / 1300 }
    #expect(zip(levels, resolutions).allSatisfy { abs($0.pixelsPerCentimetre - $1) < 0.01 })
    for (number, level) in levels.enumerated() {
      let found = try file.samples(of: level, as: UInt8.self, zero: 0)
      let values = try map.values(.relevance, level: factor == 2 ? number : 2 * number)
      let heatmap = try Heatmap(Tensor(shape: [level.height, level.width], scalars: values))
      #expect(found == heatmap.picture(.seed, bound: bound).pixels, "level \(number)")
    }
    #expect(levels[0].description?.contains("\"range\":\"percentile:99.0\"") == true)
  }

  @Test("A cloud-optimised file has all directories before all pixels, and those of small levels first")
  func cloudLayout() throws {
    let map = try MapFixture()
    try map.exporter().export(.cog, to: map.file("m.cog.tif"))
    let file = try #require(TIFFReader(map.file("m.cog.tif")))
    let levels = file.chain()
    #expect(sizes(levels) == [[1300, 1100], [650, 550], [325, 275]])
    #expect(levels.allSatisfy { $0.bands == 2 && $0.bits == 32 })
    #expect(levels.map(\.offset) == levels.map(\.offset).sorted())
    let data = levels.map(\.tileOffsets)
    #expect(levels.map(\.offset).max()! < data.joined().min()!)
    #expect(data[2].max()! < data[1].min()! && data[1].max()! < data[0].min()!)
    #expect(data.allSatisfy { $0 == $0.sorted() })
    for (number, level) in levels.enumerated() {
      let found = try file.samples(of: level, as: Float.self, zero: 0)
      let (relevance, coverage) = (try map.values(.relevance, level: number), try map.values(.coverage, level: number))
      let expected = zip(relevance, coverage).map { [$0, $1] }
      #expect(found == Array(expected.joined()), "level \(number)")
    }
  }

  @Test("A map of one chunk has one level in every kind", arguments: [ExportKind.omeTIFF, .tiff, .cog])
  func oneLevel(_ kind: ExportKind) throws {
    let map = try MapFixture(width: 40, height: 30)
    try map.exporter().export(kind, to: map.file("m.tif"))
    let pictures = try #require(TIFFReader(map.file("m.tif"))).chain()
    #expect(sizes(pictures) == (kind == .omeTIFF ? [[40, 30], [40, 30]] : [[40, 30]]))
    #expect(pictures.allSatisfy { $0.children.isEmpty })
  }
}
