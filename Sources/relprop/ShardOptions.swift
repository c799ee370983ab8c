import ArgumentParser
import Foundation

/// Which part of the work is this process's, where several share it.
struct ShardOptions: ParsableArguments {
  @Option(help: ArgumentHelp("This process's part of N: 0/N to N-1/N.", valueName: "i/N"))
  var shard: String?

  @Option(
    help: ArgumentHelp(
      "Number of parts; this process's comes from the environment (Slurm array, srun, Open MPI, MPICH, Kubernetes). auto: "
        + "the number too.", valueName: "N"))
  var shards: String?

  /// One part of several.
  struct Choice: Equatable {
    let index: Int
    let count: Int
    /// Where the index comes from.
    let source: String
  }

  /// - Returns: nil where the work is not shared.
  /// - Throws: `CommandError` where the options or the environment name no part.
  func choice(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> Choice? {
    if let shard {
      guard shards == nil else { throw CommandError("--shard and --shards exclude each other") }
      let numbers = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count > 0 else {
        throw CommandError("--shard \(shard): expected i/N, such as 0/4")
      }
      return try Self.checked(index, of: count, from: "--shard")
    }
    guard let shards else { return nil }
    guard let place = try Self.places.lazy.compactMap({ try $0.found(in: environment) }).first else {
      throw CommandError(
        "--shards \(shards): no variable of the environment names this process's part (looked for "
          + "\(Self.places.map(\.index).joined(separator: ", "))); state it with --shard i/\(Int(shards).map(String.init) ?? "N")"
      )
    }
    if shards == "auto" {
      guard let count = place.count else {
        throw CommandError("--shards auto: \(place.name) does not say how many parts there are; state --shards N")
      }
      return try Self.checked(place.index, of: count, from: place.name)
    }
    guard let count = Int(shards), count > 0 else {
      throw CommandError("--shards \(shards): expected a positive number, or auto")
    }
    return try Self.checked(place.index, of: count, from: place.name)
  }

  private static func checked(_ index: Int, of count: Int, from source: String) throws -> Choice {
    guard (0..<count).contains(index) else {
      throw CommandError(
        "\(source): part \(index) of \(count); parts count from 0, so 0 to \(count - 1) exist"
          + (source == "SLURM_ARRAY_TASK_ID" ? ": submit with --array=0-\(count - 1)" : ""))
    }
    return Choice(index: index, count: count, source: source)
  }

  /// Variables that job systems set, the most particular first: a task of an array may start Open MPI, not the reverse.
  private struct Place {
    let index: String
    let count: String?

    /// - Throws: `CommandError` where the variable is set and no number.
    func found(in environment: [String: String]) throws -> (name: String, index: Int, count: Int?)? {
      guard let text = environment[index], !text.isEmpty else { return nil }
      guard let number = Int(text) else { throw CommandError("\(index)=\(text): expected a number") }
      return (index, number, count.flatMap { environment[$0] }.flatMap { Int($0) })
    }
  }

  // The number of an array's tasks is not used: a task submitted once more alone is 1 of 1.
  private static let places = [
    Place(index: "OMPI_COMM_WORLD_RANK", count: "OMPI_COMM_WORLD_SIZE"),
    Place(index: "PMI_RANK", count: "PMI_SIZE"),
    Place(index: "SLURM_ARRAY_TASK_ID", count: nil),
    Place(index: "JOB_COMPLETION_INDEX", count: nil),
    Place(index: "SLURM_PROCID", count: "SLURM_NTASKS"),
  ]
}
