import Foundation
import Synchronization

/// SIGINT and SIGTERM as a wish to stop: the first is noted, the second ends the process as ever.
///
/// A process has one set of signal handlers, and a handler may touch nothing but a lock-free number: hence a global one.
enum StopSignal {
  private static let received = Atomic<Int32>(0)

  /// The signal that came, if one did.
  static var number: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  static var name: String { number == SIGTERM ? "SIGTERM" : "SIGINT" }

  /// Notes these signals from now on.
  static func begin() {
    received.store(0, ordering: .relaxed)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      StopSignal.received.store(number, ordering: .relaxed)
      let text: StaticString = "\nrelprop: stopping after the images in work; once more stops at once\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
    // The default comes back with the first signal; calls that it interrupts are taken up again.
    action.sa_flags = CInt(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
    for number in [SIGINT, SIGTERM] {
      // Who ignores a signal (nohup, a shell's background job) wants it ignored.
      var before = sigaction()
      sigaction(number, nil, &before)
      if unsafeBitCast(before.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }  // SIG_IGN
      sigaction(number, &action, nil)
    }
    // Programs that start others from worker threads hand their blocked signals on.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
