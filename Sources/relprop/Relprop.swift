import ArgumentParser
import Foundation

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
    do {
      var command = try parseAsRoot()
      try command.run()
      ProcessEnd.leave(ExitCode.success.rawValue)
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if !text.isEmpty {
        if code.isSuccess { print(text) } else { FileHandle.standardError.write(Data((text + "\n").utf8)) }
      }
      ProcessEnd.leave(code.rawValue)
    }
  }
}
