import Markup
import OMEZarr

/// A map as OME-TIFF: a float32 picture for each plane, smaller levels as its SubIFDs, and what they are as XML in the first
/// picture's description (ome-xml 2016-06; docs.openmicroscopy.org, OME-TIFF 6).
struct OMETIFF {
  private let exporter: MapExporter
  private let record: ExportRecord

  init(_ exporter: MapExporter, _ record: ExportRecord) {
    self.exporter = exporter
    self.record = record
  }

  func write(to path: String, _ progress: (Double) throws -> Void) throws {
    let levels = exporter.pyramid
    let planes = exporter.options.planes
    var pictures: [TIFFFile.Picture] = []
    var parts: [TIFFTiles.Part] = []
    for plane in planes {
      for (number, level) in levels.enumerated() {
        parts.append(TIFFTiles.Part(picture: pictures.count, level: level, plane: plane))
        var picture = TIFFFile.Picture(width: level.width, height: level.height, samples: .floats(bands: 1))
        picture.isReduced = number > 0
        if number == 0 {
          picture.children = levels.count - 1
          picture.micronsPerPixel = exporter.store.provenance.micronsPerPixel
          picture.description = plane == planes[0] ? xml : nil
        }
        pictures.append(picture)
      }
    }
    let file = try TIFFFile(path: path, pictures: pictures, software: exporter.options.tool)
    try TIFFTiles.write(
      parts, to: file, progress,
      fill: { [UInt8](repeating: 0, count: 4 * TIFFFile.tile * TIFFFile.tile) },
      make: { part, row, column in
        try part.level.chunk(plane: part.plane!.rawValue, row: row, column: column).map(bytes(of:))
      })
    try file.commit()
  }

  /// One image whose channels are the planes, each a top-level picture of the file.
  private var xml: String {
    let planes = exporter.options.planes
    let store = exporter.store
    let microns = store.provenance.micronsPerPixel
    let size = microns.map { #" PhysicalSizeX="\#($0)" PhysicalSizeY="\#($0)""# } ?? ""
    let channels = planes.enumerated().map {
      #"<Channel ID="Channel:0:\#($0)" Name="\#($1)" SamplesPerPixel="1"/>"#
    }
    let data = planes.indices.map { #"<TiffData FirstC="\#($0)" FirstT="0" FirstZ="0" IFD="\#($0)" PlaneCount="1"/>"# }
    let values = store.provenance.values.sorted { $0.key < $1.key }.map { key, value in
      #"<M K="\#(key.escapedForMarkup)">\#((value.string ?? value.text).escapedForMarkup)</M>"#
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" \
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
      xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06 \
      http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="\(exporter.options.tool.escapedForMarkup)">\
      <Image ID="Image:0" Name="\(store.name.escapedForMarkup)">\
      <Pixels BigEndian="false" DimensionOrder="XYCZT" ID="Pixels:0"\(size) SizeC="\(planes.count)" SizeT="1" \
      SizeX="\(store.width)" SizeY="\(store.height)" SizeZ="1" Type="float">\
      \(channels.joined())\(data.joined())</Pixels><AnnotationRef ID="Annotation:0"/></Image>\
      <StructuredAnnotations><MapAnnotation ID="Annotation:0" Namespace="relprop"><Value>\
      \(values.joined())</Value></MapAnnotation></StructuredAnnotations></OME>
      """
  }
}
