internal import COpenCL
import Synchronization

/// The launches of a profiling queue: their events, and the label in force.
final class LaunchRecorder: Sendable {
  private struct Launch: Sendable {
    let kernel: String
    let label: String
    let event: Event
  }

  private struct State: ~Copyable {
    var label = ""
    var launches: [Launch] = []
  }
  private let state = Mutex(State())

  /// Puts `label` in force and returns the one before.
  func exchange(label: String) -> String {
    state.withLock { state in
      let before = state.label
      state.label = label
      return before
    }
  }

  /// Takes over the reference to `event`, which its launch made.
  func add(kernel: String, event: OpaquePointer) {
    let event = Event(owning: event)
    state.withLock { $0.launches.append(Launch(kernel: kernel, label: $0.label, event: event)) }
  }

  /// The launches since the last call, in order. The queue must have finished them.
  func take() throws -> [LaunchRecord] {
    let launches = state.withLock { state in
      let launches = state.launches
      state.launches = []
      return launches
    }
    return try launches.map {
      LaunchRecord(
        kernel: $0.kernel, label: $0.label, start: try Self.time($0.event, CL_PROFILING_COMMAND_START),
        end: try Self.time($0.event, CL_PROFILING_COMMAND_END))
    }
  }

  private static func time(_ event: Event, _ key: Int32) throws -> UInt64 {
    var time: cl_ulong = 0
    try check(
      "clGetEventProfilingInfo",
      clGetEventProfilingInfo(
        event.handle.raw, cl_profiling_info(key), MemoryLayout<cl_ulong>.size, &time, nil))
    return time
  }
}
