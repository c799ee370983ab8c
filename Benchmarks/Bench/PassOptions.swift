import ArgumentParser

/// One pass that is measured: composite, images and classes.
struct PassOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Composite.", valueName: "name"))
  var composite = "seed"

  @Option(help: ArgumentHelp("Images in one pass.", valueName: "number"))
  var batch = 1

  @Option(help: ArgumentHelp("Classes of every image.", valueName: "number"))
  var targets = 1

  func validate() throws {
    guard batch > 0 else { throw ValidationError("--batch \(batch): expected at least 1") }
    guard targets > 0 else { throw ValidationError("--targets \(targets): expected at least 1") }
  }

  var work: Work { Work(composite: composite, batch: batch, targets: targets) }

  /// "seed, batch 1, 1 class(es)".
  var text: String { "\(composite), batch \(batch), \(targets) class(es)" }
}
