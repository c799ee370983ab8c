import ArgumentParser
import ProcessEnd

@main
struct RelpropBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relprop-bench",
    abstract: "Measure relprop: kernels, layers, composites, targets, scaling, averaging; the seeds' experiments.",
    discussion: """
      Times are medians with quartiles. Without --model a VGG-16 with seeded random weights is measured; speed does not \
      depend on what the weights are. Only a release build on an otherwise idle machine gives times worth keeping.
      """,
    subcommands: [
      SuiteCommand.self, KernelsCommand.self, ShapesCommand.self, LayersCommand.self, VersionsCommand.self,
      CompositesCommand.self, TargetsCommand.self, ScalingCommand.self, TranslationCommand.self,
      TranslationPictureCommand.self, SharingCommand.self, ExperimentsCommand.self, ServeCommand.self,
    ],
    defaultSubcommand: SuiteCommand.self)

  static func main() { runToTheEnd() }
}
