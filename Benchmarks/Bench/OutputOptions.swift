import ArgumentParser
import RelevancePropagation
import Reporting

/// Where results go beside the terminal.
struct OutputOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Also write the results as JSON.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Also draw them.", valueName: "file.svg"))
  var svg: String?

  func write(_ report: Report<some Encodable>, _ picture: @autoclosure () -> SVGDocument?) throws {
    if let json { try AtomicFile.write(report.json, to: json) }
    if let svg {
      guard let picture = picture() else { throw ValidationError("--svg: \(report.benchmark) has no picture") }
      try AtomicFile.write(picture.text, to: svg)
    }
  }
}
