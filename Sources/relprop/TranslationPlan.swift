import RelevancePropagation

/// What averaging one image's moved copies takes.
struct TranslationPlan: Encodable {
  var shifts: String
  var border: String
  var divisor: String
  var copies: Int
  /// Forward passes of the copies and of the image itself; backward passes of the copies.
  var forwardFLOP: Int
  var backwardFLOP: Int
  /// Sums and maps on the device, where copies are explained one by one.
  var bytes: Int

  init(_ choice: TranslationOptions.Choice, _ plan: PropagationPlan, input: Shape) {
    shifts = choice.shifts.description
    border = choice.border.rawValue
    divisor = choice.divisor.rawValue
    copies = choice.shifts.shifts.count
    forwardFLOP = (copies + 1) * plan.forwardFLOP
    backwardFLOP = copies * plan.backwardFLOP
    bytes = choice.deviceBytes(input: input, targets: plan.targets, batch: 1)
  }

  var lines: [String] {
    [
      "translate  \(shifts), border \(border), divided by \(divisor): \(copies) copies of an image, forward "
        + "\(PlanCommand.flop(forwardFLOP))FLOP, backward \(PlanCommand.flop(backwardFLOP))FLOP, sums "
        + "\(PlanCommand.bytes(bytes))B"
    ]
  }
}
