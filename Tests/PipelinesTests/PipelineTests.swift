import Foundation
import Pipelines
import Testing

/// Stages that run at the same time: order, bounds, errors, stopping.
@Suite(.timeLimit(.minutes(1))) struct PipelineTests {
  struct Item: Weighted {
    var number: Int
    var bytes = 1
  }

  struct Failure: Error, Equatable { var stage: String }

  @Test("All jobs are delivered in their order, whichever thread is slow")
  func order() throws {
    for (batch, threads) in [(1, 1), (3, 2), (8, 4)] {
      let record = Record<Int>()
      let count = try Pipeline(batch: batch, preparing: threads, finishing: threads).run(
        Array(0..<150),
        prepare: { number in
          usleep(UInt32(number * 7919 % 300))
          return Item(number: number)
        },
        process: { $0 },
        finish: { item in
          usleep(UInt32(item.number * 104_729 % 300))
          return item.number
        },
        deliver: { record.append($0) })
      #expect(count == 150)
      #expect(record.elements == Array(0..<150), "batch \(batch), \(threads) threads")
    }
  }

  @Test("Waiting for jobs and waiting for room are told apart")
  func waits() throws {
    func waits(preparing: UInt32, finishing: UInt32) throws -> PipelineWaits {
      var last = PipelineWaits()
      try Pipeline(batch: 1, preparing: 1, finishing: 1).run(
        Array(0..<12),
        prepare: { number in
          usleep(preparing)
          return Item(number: number)
        },
        process: { $0 },
        finish: { item in
          usleep(finishing)
          return item.number
        },
        deliver: { _ in },
        waited: { waits in
          #expect(waits.input >= last.input && waits.output >= last.output)
          last = waits
        })
      return last
    }
    // Twelve sleeps of 30 ms; a busy machine may let another stage sleep through some of them.
    let slowInput = try waits(preparing: 30_000, finishing: 0)
    #expect(slowInput.input >= 0.15 && slowInput.input > slowInput.output, "\(slowInput)")
    let slowOutput = try waits(preparing: 0, finishing: 30_000)
    #expect(slowOutput.output >= 0.15 && slowOutput.output > slowOutput.input, "\(slowOutput)")
  }

  @Test("However many jobs there are, no more than the stated number are in flight", arguments: [100, 1000])
  func bound(jobs: Int) throws {
    let pipeline = Pipeline(batch: 4, preparing: 2, finishing: 2)
    let inFlight = Counter()
    try pipeline.run(
      Array(0..<jobs),
      prepare: { number in
        inFlight.add(1)
        return Item(number: number)
      },
      process: { $0 },
      finish: { item in
        // The first is slow: what overtakes it must wait in the end.
        if item.number == 0 { usleep(50_000) }
        return item.number
      },
      deliver: { _ in inFlight.add(-1) })
    #expect(inFlight.value == 0)
    #expect(inFlight.most <= pipeline.mostInFlight, "\(inFlight.most)")
    #expect(inFlight.most > pipeline.batch, "\(inFlight.most): nothing was prepared ahead")
  }

  @Test("Few heavy jobs are in flight, whatever the batch")
  func heavy() throws {
    let pipeline = Pipeline(batch: 16, preparing: 2, finishing: 1, byteLimit: 100)
    let inFlight = Counter()
    try pipeline.run(
      Array(0..<60),
      prepare: { number in
        inFlight.add(1)
        return Item(number: number, bytes: 90)
      },
      process: { $0 }, finish: { $0.number }, deliver: { _ in inFlight.add(-1) })
    // At most two in either queue, one a thread, and the batch between them, which is of what was in the queue.
    #expect(inFlight.most <= 2 + 2 + 2 + 2 + 1, "\(inFlight.most)")
  }

  @Test("Preparing and finishing go on while a batch is processed")
  func overlap() throws {
    let (prepared, finished) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    var batches = 0
    try Pipeline(batch: 1, preparing: 1, finishing: 1).run(
      [0, 1],
      prepare: { number in
        if number == 1 { prepared.signal() }
        return Item(number: number)
      },
      process: { items in
        // While 0 is processed, 1 is prepared; while 1 is processed, 0 is finished.
        let other = batches == 0 ? prepared : finished
        #expect(other.wait(timeout: .now() + 10) == .success, "batch \(batches)")
        batches += 1
        return items
      },
      finish: { item in
        if item.number == 0 { finished.signal() }
        return item.number
      }, deliver: { _ in })
    #expect(batches == 2)
  }

  @Test("An overlapping run begins a batch that is ready before it asks for the results of the one before")
  func begunAhead() throws {
    for overlapping in [false, true] {
      let (record, inFlight, prepared) = (Record<Int>(), Counter(), Counter())
      let pipeline = Pipeline(batch: 2, preparing: 1, finishing: 1, overlapping: overlapping)
      var (events, open, mostOpen) = ([String](), 0, 0)
      try pipeline.run(
        Array(0..<7),
        prepare: { number in
          inFlight.add(1)
          prepared.add(1)
          return Item(number: number)
        },
        begin: { items in
          // The next batch is ready by the time this one is begun.
          let needed = min(items[0].number + 4, 7)
          while prepared.value < needed { usleep(100) }
          usleep(20_000)
          open += 1
          mostOpen = max(mostOpen, open)
          events.append("begin \(items[0].number)")
          return {
            open -= 1
            events.append("end \(items[0].number)")
            return items
          }
        },
        finish: { $0.number },
        deliver: {
          inFlight.add(-1)
          record.append($0)
        })
      #expect(record.elements == Array(0..<7))
      #expect(mostOpen == (overlapping ? 2 : 1))
      #expect(inFlight.most <= pipeline.mostInFlight)
      let first = overlapping ? ["begin 0", "begin 2", "end 0"] : ["begin 0", "end 0", "begin 2"]
      #expect(Array(events.prefix(3)) == first && events.last == "end 6")
    }
  }

  @Test("An overlapping run does not wait for a batch that is not ready while one is begun")
  func notReady() throws {
    let (delivered, record) = (DispatchSemaphore(value: 0), Record<Int>())
    try Pipeline(batch: 1, preparing: 1, finishing: 1, overlapping: true).run(
      [0, 1],
      prepare: { number in
        // 1 is read when 0 is done.
        if number == 1 { #expect(delivered.wait(timeout: .now() + 10) == .success) }
        return Item(number: number)
      },
      begin: { items in { items } }, finish: { $0.number },
      deliver: {
        record.append($0)
        delivered.signal()
      })
    #expect(record.elements == [0, 1])
  }

  @Test(
    "What is begun is finished when the next batch fails to begin, and when the run is stopped",
    arguments: [false, true])
  func begunIsFinished(_ stops: Bool) throws {
    let (record, stopped) = (Record<Int>(), Counter())
    func run() throws -> Int {
      try Pipeline(batch: 4, preparing: 2, finishing: 2, overlapping: true).run(
        Array(0..<1000), isStopped: { stopped.value > 0 }, prepare: { Item(number: $0) },
        begin: { items in
          if items[0].number == 40, !stops { throw Failure(stage: "begin") }
          if items[0].number == 36, stops { stopped.add(1) }
          return { items }
        }, finish: { $0.number }, deliver: { record.append($0) })
    }
    if stops { #expect(try run() == 40) } else { #expect(throws: Failure(stage: "begin")) { try run() } }
    #expect(record.elements == Array(0..<40))
  }

  @Test("An error of any stage ends the run", arguments: ["prepare", "process", "finish"])
  func errors(stage: String) throws {
    let (record, begun) = (Record<Int>(), Counter())
    let check: @Sendable (String, Int) throws -> Void = { here, number in
      if here == stage && number >= 40 { throw Failure(stage: here) }
    }
    #expect(throws: Failure(stage: stage)) {
      try Pipeline(batch: 4, preparing: 2, finishing: 2).run(
        Array(0..<10_000),
        prepare: { number in
          begun.add(1)
          try check("prepare", number)
          return Item(number: number)
        },
        process: { items in
          try check("process", items[0].number)
          return items
        },
        finish: { item in
          try check("finish", item.number)
          return item.number
        }, deliver: { record.append($0) })
    }
    #expect(begun.value < 200, "\(begun.value) begun")
    #expect(record.elements == Array(0..<record.elements.count))
    // What was processed before another stage failed is delivered.
    if stage == "process" { #expect(record.elements.count == 40) }
  }

  @Test("Stopped, it finishes what was processed and begins nothing more")
  func stop() throws {
    let (record, begun, stopped) = (Record<Int>(), Counter(), Counter())
    var processed = 0
    let count = try Pipeline(batch: 4, preparing: 2, finishing: 2).run(
      Array(0..<10_000), isStopped: { stopped.value > 0 },
      prepare: { number in
        begun.add(1)
        return Item(number: number)
      },
      process: { items in
        processed += items.count
        if processed >= 40 { stopped.add(1) }
        return items
      }, finish: { $0.number }, deliver: { record.append($0) })
    #expect(count == 40 && processed == 40)
    #expect(record.elements == Array(0..<40))
    #expect(begun.value < 100, "\(begun.value) begun")
  }

  @Test("No jobs are no work")
  func nothing() throws {
    let count = try Pipeline(batch: 4, preparing: 2, finishing: 2).run(
      [Int](), prepare: { Item(number: $0) }, process: { $0 }, finish: { $0.number }, deliver: { _ in })
    #expect(count == 0)
  }
}
