import ArgumentParser
import ProcessEnd

@main
struct Relprop: ParsableCommand {
  /// Of this program and library.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "relprop",
    abstract: "Explain what a convolutional network saw, by Layer-wise Relevance Propagation.",
    discussion: """
      relprop demo                                 a first heatmap, nothing else needed
      relprop explain photo.jpg --model vgg16.pth  your network, your photograph
      """,
    version: version,
    subcommands: [
      ExplainCommand.self, ReportCommand.self, EvaluateCommand.self, ScanCommand.self, StatusCommand.self,
      FinishCommand.self, ExportCommand.self, PlanCommand.self, DemoCommand.self, ScenesCommand.self, RulesCommand.self,
      GalleryCommand.self,
      DevicesCommand.self, TuneCommand.self,
      DoctorCommand.self, CompileCommand.self,
    ])

  static func main() {
    LostPages.report()
    runToTheEnd()
  }
}
