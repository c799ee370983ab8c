/// Three stages that run at the same time: threads prepare jobs, the calling thread processes them in batches, other
/// threads finish them; results are delivered in the order of the jobs.
///
///     jobs ─ prepare (threads) ─▶ queue ─ process (caller, in batches) ─▶ queue ─ finish (threads) ─▶ deliver, in order
///
/// Both queues are bounded in elements and bytes, so memory does not grow with the number of jobs. What goes wrong with one
/// job is a value the stages hand on; what a stage throws ends the run.
public struct Pipeline: Sendable {
  /// Most jobs processed at once.
  public let batch: Int
  /// Threads that prepare, and threads that finish.
  public let preparing: Int
  public let finishing: Int
  /// Bytes either queue may hold; a single job beyond it passes alone.
  public let byteLimit: Int
  /// Whether a batch that is ready is begun before the results of the one before it are asked for.
  public let overlapping: Bool

  public init(batch: Int, preparing: Int, finishing: Int, byteLimit: Int = 256 << 20, overlapping: Bool = false) {
    precondition(batch > 0 && preparing > 0 && finishing > 0, "batch \(batch), threads \(preparing), \(finishing)")
    self.batch = batch
    self.preparing = preparing
    self.finishing = finishing
    self.byteLimit = byteLimit
    self.overlapping = overlapping
  }

  /// Prepared jobs that wait at most: the next batch, and one more a thread.
  public var readyCapacity: Int { batch + preparing }
  /// Processed jobs that wait at most, and results that may overtake a slow one.
  public var doneCapacity: Int { batch + finishing }

  /// Jobs that are somewhere between their beginning and their delivery, at most.
  public var mostInFlight: Int {
    preparing + readyCapacity + (overlapping ? 2 : 1) * batch + doneCapacity + finishing + doneCapacity
  }

  /// Runs all jobs; after `isStopped` became true none are begun, and what has been processed is finished.
  ///
  /// - Parameters:
  ///   - begin: begins to process a batch and returns what waits for the results, as many as it was given jobs, in their
  ///     order. Both run on the calling thread, batch by batch.
  ///   - deliver: called on any thread, never by two at once.
  ///   - waited: what the calling thread has waited so far, on that thread, whenever it is more.
  /// - Returns: how many jobs were delivered: the first ones.
  /// - Throws: the first error of any stage. What was processed before is finished first, unless finishing failed.
  @discardableResult
  public func run<Job: Sendable, Ready: Weighted, Done: Weighted, Output: Sendable>(
    _ jobs: [Job], isStopped: @escaping @Sendable () -> Bool = { false },
    prepare: @escaping @Sendable (Job) throws -> Ready, begin: ([Ready]) throws -> () throws -> [Done],
    finish: @escaping @Sendable (Done) throws -> Output, deliver: @escaping @Sendable (Output) -> Void,
    waited: (PipelineWaits) -> Void = { _ in }
  ) throws -> Int {
    let ready = OrderedQueue<Ready>(capacity: readyCapacity, byteLimit: byteLimit)
    let done = OrderedQueue<(Int, Done)>(capacity: doneCapacity, byteLimit: byteLimit)
    let delivery = OrderedDelivery<Output>(window: doneCapacity, deliver: deliver)
    let failure = Monitor<(any Error)?>(nil)
    @Sendable func record(_ error: any Error) { failure.change { $0 = $0 ?? error } }
    @Sendable func mayGoOn() -> Bool { !isStopped() && failure.change { $0 == nil } }

    let begun = Monitor(0)
    let preparers = Crew(preparing, name: "prepare") {
      while mayGoOn() {
        let next = begun.change { begun -> Int? in
          guard begun < jobs.count else { return nil }
          begun += 1
          return begun - 1
        }
        guard let next else { break }
        do {
          let element = try prepare(jobs[next])
          ready.put(element, at: next, bytes: element.bytes)
        } catch {
          record(error)
          ready.cancel()
        }
      }
    } atEnd: {
      ready.end(after: begun.change { $0 })
    }
    let finishers = Crew(finishing, name: "finish") {
      while let (index, element) = done.take(upTo: 1).first {
        do {
          delivery.put(try finish(element), at: index)
        } catch {
          record(error)
          delivery.cancel()
          done.cancel()
        }
      }
    }

    var waits = PipelineWaits()
    func waiting<Result>(_ time: WritableKeyPath<PipelineWaits, Double>, _ body: () -> Result) -> Result {
      let begin = ContinuousClock.now
      let result = body()
      waits[keyPath: time] += (ContinuousClock.now - begin) / .seconds(1)
      waited(waits)
      return result
    }
    func take(whileOpen isOpen: Bool) -> [Ready] {
      guard mayGoOn() else { return [] }
      guard isOpen else { return waiting(\.input) { ready.take(upTo: batch) } }
      return overlapping ? ready.takeReady(upTo: batch) : []
    }
    var processed = 0
    // The batch that is begun and has no results yet.
    var open: (count: Int, results: () throws -> [Done])?
    while true {
      let elements = take(whileOpen: open != nil)
      var next: (count: Int, results: () throws -> [Done])?
      do {
        if !elements.isEmpty, mayGoOn() { next = (elements.count, try begin(elements)) }
      } catch { record(error) }
      guard open != nil || next != nil else { break }
      do {
        if let (count, waitForResults) = open {
          let results = try waitForResults()
          precondition(results.count == count, "\(results.count) results of \(count) jobs")
          for result in results {
            waiting(\.output) { done.put((processed, result), at: processed, bytes: result.bytes) }
            processed += 1
          }
        }
      } catch {
        record(error)
        break  // results are delivered without a gap
      }
      open = next
    }
    ready.cancel()
    done.end(after: processed)
    preparers.join()
    waiting(\.output) { finishers.join() }
    if let error = failure.change({ $0 }) { throw error }
    return delivery.count
  }

  /// The same where a batch is processed in one go.
  ///
  /// - Parameter process: as many results as it is given jobs, in their order. Runs on the calling thread.
  @discardableResult
  public func run<Job: Sendable, Ready: Weighted, Done: Weighted, Output: Sendable>(
    _ jobs: [Job], isStopped: @escaping @Sendable () -> Bool = { false },
    prepare: @escaping @Sendable (Job) throws -> Ready, process: ([Ready]) throws -> [Done],
    finish: @escaping @Sendable (Done) throws -> Output, deliver: @escaping @Sendable (Output) -> Void,
    waited: (PipelineWaits) -> Void = { _ in }
  ) throws -> Int {
    try withoutActuallyEscaping(process) { process in
      try run(
        jobs, isStopped: isStopped, prepare: prepare, begin: { elements in { try process(elements) } }, finish: finish,
        deliver: deliver, waited: waited)
    }
  }
}
