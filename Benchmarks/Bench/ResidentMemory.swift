import Foundation

/// Memory of this process, as Linux counts it.
enum ResidentMemory {
  /// Most bytes of physical memory held at once since the process began (`VmHWM`), or nil where the system does not say.
  static var peak: Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
    return peak(in: status)
  }

  /// From the text of /proc/PID/status, which counts in KiB.
  static func peak(in status: String) -> Int? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    return line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
  }
}
