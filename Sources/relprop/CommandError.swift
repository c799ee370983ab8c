/// An option or argument that cannot be used: which, what was expected, what to give instead.
struct CommandError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
