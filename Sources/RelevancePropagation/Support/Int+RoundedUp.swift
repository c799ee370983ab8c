extension Int {
  /// The next multiple of `unit`, or this number where it is one.
  func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
