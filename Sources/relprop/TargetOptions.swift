import ArgumentParser
import Foundation
import Imaging
import RelevancePropagation

/// What is explained: classes, their scores, odds or difference, neurons inside, and what relevance must pass through.
struct TargetOptions: ParsableArguments {
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "A class to explain, by index or name; give it again for more. Default: the top class.", valueName: "class"))
  var classTexts: [String] = []

  @Option(help: ArgumentHelp("The classes with the highest scores: top:3.", valueName: "top:N"))
  var classes: String?

  @Option(
    help: ArgumentHelp(
      "What of a class: logit, log-odds (against all others), probability, one (start from 1); difference:A,B (why A and "
        + "not B); or a .npy file with the relevance of every output.", valueName: "target"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Start inside the network: LAYER:channel, a whole feature map, or LAYER:channel,y,x; give it again for more of one "
        + "layer.", valueName: "neuron"))
  var neuron: [String] = []

  @Option(
    help: ArgumentHelp(
      "Only what passes through channels of a layer: LAYER:c1,c2; give it again for more layers.", valueName: "filter"))
  var filter: [String] = []

  /// Whether anything was said.
  var areGiven: Bool { !choosesByDefault || target != nil || !filter.isEmpty }

  /// Whether which classes are explained was left open.
  var choosesByDefault: Bool {
    classTexts.isEmpty && classes == nil && neuron.isEmpty
      && !(target.map { $0.hasPrefix("difference:") || $0.hasSuffix(".npy") } ?? false)
  }

  /// What these options mean for one network.
  struct Choice {
    /// Targets an image.
    var count: Int
    /// Layer whose neurons are explained.
    var layer: String?
    var filters: [LayerFilter]
    /// What the targets add to the names of an image's files; nil where the scores choose the classes.
    var suffixes: [String]?
    /// How the explained class starts where it is each image's top class alone.
    var topClass: Profile.Start?
    /// The targets, where they do not depend on the scores.
    var fixed: [Target]?
    /// Targets of an image, with what they add to the names of its files.
    var choose: (Scores) throws -> [(target: Target, suffix: String)]

    /// The same as the library takes it for a batch of so many images, the device choosing where it can.
    func choice(images: Int) -> TargetChoice {
      if let topClass { return .topClass(topClass) }
      if let fixed { return .given(Array(repeating: fixed, count: images)) }
      return .chosen { try choose($1).map(\.target) }
    }
  }

  /// - Parameter usual: what of a class is explained where `--target` does not say.
  /// - Throws: `CommandError`, `TargetError`, `UnknownLayer`, `NumPyError`.
  func choice(labels: [String], network: Network, usual: @escaping (Int) -> Target = { .logit($0) }) throws -> Choice {
    let filters = try filter.map { text in
      let (layer, numbers) = try Self.parts(text, option: "--filter", expected: "LAYER:c1,c2")
      return try LayerFilter(layer: layer, channels: Set(numbers), of: network)
    }
    guard neuron.isEmpty else { return try neurons(network, filters) }
    if let target, target.hasPrefix("difference:") || target.hasSuffix(".npy") {
      guard classTexts.isEmpty, classes == nil else {
        throw CommandError("--target \(target) names what is explained; leave out --class and --classes")
      }
      let fixed = target.hasSuffix(".npy") ? try given(target, labels.count) : [try difference(target, labels)]
      return Choice(
        count: fixed.count, layer: nil, filters: filters, suffixes: fixed.map(\.suffix), fixed: fixed.map(\.target)
      ) { _ in fixed }
    }
    let make = try target.map { try Self.kind($0) } ?? usual
    let mark = target.map { $0 == "logit" ? "" : ".\($0)" } ?? ""
    if let classes {
      guard classTexts.isEmpty else { throw CommandError("--classes \(classes) and --class exclude each other") }
      guard classes.hasPrefix("top:"), let count = Int(classes.dropFirst(4)), (1...labels.count).contains(count) else {
        throw CommandError("--classes \(classes): expected top:N with N from 1 to \(labels.count)")
      }
      return Choice(count: count, layer: nil, filters: filters, suffixes: nil) { scores in
        scores.ranking.prefix(count).map { (make($0), ".class\($0)\(mark)") }
      }
    }
    let chosen = try classTexts.map { try ClassChoice.index(of: $0, among: labels) }
    let suffixes = chosen.isEmpty ? [mark] : chosen.map { ".class\($0)\(mark)" }
    let top: Profile.Start? =
      switch make(0) {
      case .logit: .logit
      case .one: .one
      default: nil
      }
    return Choice(
      count: suffixes.count, layer: nil, filters: filters, suffixes: suffixes, topClass: chosen.isEmpty ? top : nil,
      fixed: chosen.isEmpty ? nil : chosen.map(make)
    ) { scores in
      zip(chosen.isEmpty ? [scores.topClass] : chosen, suffixes).map { (make($0), $1) }
    }
  }

  private static func kind(_ target: String) throws -> (Int) -> Target {
    switch target {
    case "logit": { .logit($0) }
    case "log-odds": { .logOdds($0) }
    case "probability": { .probability($0) }
    case "one": { .one($0) }
    default:
      throw CommandError(
        "--target \(target): expected logit, log-odds, probability, one, difference:A,B or a .npy file")
    }
  }

  /// Names may hold commas themselves: the first split of which both sides are classes.
  private func difference(_ target: String, _ labels: [String]) throws -> (target: Target, suffix: String) {
    let pair = target.dropFirst("difference:".count)
    let commas = pair.indices.filter { pair[$0] == "," }
    var problem: (any Error)?
    for comma in commas {
      do {
        let a = try ClassChoice.index(of: String(pair[..<comma]), among: labels)
        let b = try ClassChoice.index(
          of: pair[pair.index(after: comma)...].drop { $0 == " " }.description, among: labels)
        return (.difference(a, b), ".class\(a)-class\(b)")
      } catch { problem = problem ?? error }
    }
    throw problem ?? CommandError("--target \(target): expected difference:A,B with two classes")
  }

  /// `[K]`, or `[T, K]` for T targets.
  private func given(_ target: String, _ classes: Int) throws -> [(target: Target, suffix: String)] {
    let array = try NumPyArray(path: target).tensor
    guard (1...2).contains(array.shape.rank), array.shape.extents.last == classes, array.count > 0 else {
      throw CommandError("\(target): expected shape [\(classes)] or [T, \(classes)], found \(array.shape)")
    }
    let rows = array.reshaped([array.count / classes, classes])
    return (0..<rows.shape[0]).map {
      (.relevance(rows[$0].scalars), rows.shape[0] == 1 ? ".relevance-given" : ".relevance-given\($0)")
    }
  }

  private func neurons(_ network: Network, _ filters: [LayerFilter]) throws -> Choice {
    guard classTexts.isEmpty, classes == nil, target == nil else {
      throw CommandError("--neuron starts inside the network; leave out --class, --classes and --target")
    }
    let selections = try neuron.map { text -> NeuronSelection in
      let (layer, numbers) = try Self.parts(text, option: "--neuron", expected: "LAYER:channel or LAYER:channel,y,x")
      guard numbers.count == 1 || numbers.count == 3 else {
        throw CommandError("--neuron \(text): expected LAYER:channel or LAYER:channel,y,x")
      }
      return try NeuronSelection(
        layer: layer, channel: numbers[0],
        position: numbers.count == 3 ? .init(y: numbers[1], x: numbers[2]) : nil, of: network)
    }
    guard Set(selections.map(\.layer)).count == 1 else {
      throw CommandError("--neuron: neurons of several layers; explain one layer at a time")
    }
    let targets = zip(selections, neuron).map { selection, text in
      (target: Target.neurons(selection), suffix: "." + FileNames.safe(text))
    }
    return Choice(
      count: targets.count, layer: selections[0].layer, filters: filters, suffixes: targets.map(\.suffix),
      fixed: targets.map(\.target)
    ) { _ in targets }
  }

  /// "features.28:3,5" as its layer and numbers; a layer's name may hold colons.
  private static func parts(_ text: String, option: String, expected: String) throws -> (String, [Int]) {
    guard let colon = text.lastIndex(of: ":") else { throw CommandError("\(option) \(text): expected \(expected)") }
    let fields = text[text.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false)
    let numbers = fields.compactMap { Int($0) }
    guard numbers.count == fields.count else { throw CommandError("\(option) \(text): expected \(expected)") }
    return (String(text[..<colon]), numbers)
  }
}

/// Names of layers and targets as parts of file names.
enum FileNames {
  /// The same names, a target that is given twice with a number.
  static func distinct(_ names: [String]) -> [String] {
    names.indices.map { index in
      let before = names[..<index].count { $0 == names[index] }
      return before == 0 ? names[index] : "\(names[index])-\(before + 1)"
    }
  }

  static func safe(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
  }
}
