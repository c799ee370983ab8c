import ArgumentParser

@main
struct Relprop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relprop",
    abstract: "Explain what a convolutional network saw, by Layer-wise Relevance Propagation.",
    subcommands: [ScenesCommand.self])
}
