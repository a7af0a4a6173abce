import Mappings
import Rules
import Testing

@testable import Gateway

@Suite(.serialized, .timeLimit(.minutes(15)))
struct DispatcherTests {
    @Test func `every destination is sent every conversion, each once`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port), .local("b", port: tracker.port)]) { harness in
                let conversions = DeliveryHarness.conversions(500)
                harness.submit(conversions, to: "a", "b")
                for conversion in conversions { harness.dispatcher.offer(conversion, to: ["a", "b", "unknown"], claimEpoch: 0) }
                try await harness.wait { harness.store.count(.delivered, at: "a") + harness.store.count(.delivered, at: "b") == 1000 }
                #expect(tracker.received.count == 1000)
                #expect(harness.dispatcher.isTurning)
                let activity = try #require(harness.dispatcher.activity["a"])
                #expect(activity.attempts == 500 && activity.answers == 500 && activity.waiting == 0)
            }
        }
    }

    @Test func `an idle dispatcher sends at once`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                try await harness.wait { harness.dispatcher.isTurning }
                for number in 1...10 {
                    harness.submit([DeliveryHarness.conversion()], to: "a")
                    try await harness.wait { tracker.received.count == number }
                }
                #expect(harness.clock.elapsed == .zero, "no timer was needed")
            }
        }
    }

    @Test func `an idle dispatcher asks the store about once a second`() async throws {
        try await DeliveryHarness.run([.local("a", port: 1), .local("b", port: 1)]) { harness in
            try await harness.letTimePass(.milliseconds(1500))
            #expect((1...3).contains(harness.store.nextDueCalls))
            #expect(harness.store.dueCalls == 0)
        }
    }

    @Test func `a destination never sees more at once than it allows`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port).with { $0.concurrency = 3 }]) { harness in
                harness.submit(DeliveryHarness.conversions(300), to: "a")
                try await harness.wait { harness.store.count(.delivered, at: "a") == 300 }
                #expect(tracker.mostAtOnce <= 3)
                #expect(tracker.connections <= 6)
            }
        }
    }

    @Test func `what does not fit into the window comes back from the store, and nothing is sent twice`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            let settings = Dispatcher.Settings(window: 16)
            try await DeliveryHarness.run([.local("a", port: tracker.port).with { $0.concurrency = 4 }], settings: settings) { harness in
                for _ in 1...10 { harness.submit(DeliveryHarness.conversions(100), to: "a") }
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 1000 }
                #expect(tracker.received.count == 1000)
            }
        }
    }

    @Test func `a restart resumes what was pending`() async throws {
        let store = MemoryConversionStore()
        let conversions = DeliveryHarness.conversions(50)
        store.add(conversions, to: ["a"], at: VirtualClock.start)
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)], store: store) { harness in
                try await harness.wait { store.count(.delivered, at: "a") == 50 }
                #expect(tracker.received.count == 50)
            }
        }
    }

    @Test func `a replay by another process is noticed`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store.count(.delivered, at: "a") == 1 }
                let id = DeliveryID(conversion: conversion.id, destination: "a")
                _ = try await harness.store.requeue([id], at: harness.clock.now)
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 1 && tracker.received.count == 2 }
                #expect(harness.store[conversion, "a"]?.results.map { $0.attempt?.number } == [1, 1])
            }
        }
    }

    @Test(arguments: [Duration.seconds(-60), .seconds(-5 * 3600), .seconds(-400 * 86_400), .seconds(5 * 3600)])
    func `whoever sets the clock delays no delivery`(step: Duration) async throws {
        try await ScriptedTracker.run { number, _ in
            .reply(number <= 1 ? 503 : 200)
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port, delays: Array(repeating: .seconds(20), count: 9)).with {
                $0.schedule.longestRequest = .seconds(20)
            }
            try await DeliveryHarness.run([destination]) { harness in
                // One waits for its next try, the other was stored and not handed over, as by a process that was killed.
                harness.submit([DeliveryHarness.conversion()], to: "a")
                try await harness.wait { harness.store.count(.pending, at: "a") == 1 && tracker.received.count == 1 }
                try await harness.letTimePass(.seconds(1))
                harness.store.add([DeliveryHarness.conversion()], to: ["a"], at: harness.clock.now)
                harness.clock.set(by: step)
                try await harness.letTimePass(by: .milliseconds(500)) { harness.store.count(.delivered, at: "a") == 2 }
                // What a minute's second look is for: a result that was decided by the old clock.
                harness.store.add([DeliveryHarness.conversion()], to: ["a"], at: harness.clock.now.advanced(by: .zero - step))
                if step < .zero {
                    try await harness.letTimePass(by: .milliseconds(500)) { harness.store.count(.delivered, at: "a") == 3 }
                }
                #expect(harness.dispatcher.isTurning)
            }
        }
    }

    @Test func `retries fall due one by one, without waiting for the next look at the store`() async throws {
        try await ScriptedTracker.run { number, _ in
            number % 2 == 1 ? .reply(503) : .reply(200)
        } body: { tracker in
            let delays = [Duration](repeating: .milliseconds(30), count: 12)
            try await DeliveryHarness.run([.local("a", port: tracker.port, delays: delays)]) { harness in
                for _ in 1...5 {
                    let conversion = DeliveryHarness.conversion()
                    harness.submit([conversion], to: "a")
                    try await harness.letTimePass(upTo: .milliseconds(950)) { harness.store[conversion, "a"]?.state == .delivered }
                }
            }
        }
    }

    @Test func `a destination that hangs does not slow another`() async throws {
        try await ScriptedTracker.run { _, _ in
            .hang
        } body: { hanging in
            try await ScriptedTracker.run { _, _ in
                .reply(200)
            } body: { healthy in
                // Longer than the clock's time that a busy machine lets pass.
                let destinations: [Destination] = [
                    .local("hanging", port: hanging.port, timeout: .seconds(86_400)), .local("healthy", port: healthy.port),
                ]
                let settings = Dispatcher.Settings(window: 64, grace: .milliseconds(50))
                try await DeliveryHarness.run(destinations, settings: settings, passesGrace: true) { harness in
                    for _ in 1...20 {
                        harness.submit(DeliveryHarness.conversions(100), to: "hanging", "healthy")
                        try await harness.letTimePass(.milliseconds(10))
                    }
                    try await harness.letTimePass { harness.store.count(.delivered, at: "healthy") == 2000 }
                    #expect(healthy.received.count == 2000)
                    #expect(hanging.received.count == 32)
                    #expect(harness.dispatcher.activity["hanging"]?.inFlight == 32)
                }
            }
        }
    }

    @Test func `a dead destination is only probed until it answers`() async throws {
        let port = try await ScriptedTracker.run({ _, _ in .hang }, body: { $0.port })
        try await DeliveryHarness.run([.local("a", port: port, delays: [.milliseconds(100), .milliseconds(100), .seconds(1)])]) { harness in
            harness.submit(DeliveryHarness.conversions(200), to: "a")
            try await harness.wait { harness.dispatcher.activity["a"]?.openedAt != nil }
            try await harness.letTimePass(.milliseconds(300))
            // A full width at first, then nothing until the rest of those has passed.
            let tried = try #require(harness.dispatcher.activity["a"]?.attempts)
            #expect(tried < 100, "\(tried)")
            try await ScriptedTracker.run(port: port) { _, _ in
                .reply(200)
            } body: { tracker in
                try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 200 }
                #expect(tracker.received.count == 200)
            }
        }
    }

    @Test func `a store that cannot write loses no result and sends nothing twice`() async throws {
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port)]) { harness in
                harness.store.fail(.full, times: 5)
                harness.submit(DeliveryHarness.conversions(1000), to: "a")
                // What is not recorded is not followed by more, beyond what was on its way.
                try await harness.wait {
                    harness.dispatcher.activity["a"].map { $0.unrecorded > 0 && $0.inFlight == 0 } ?? false
                }
                #expect(tracker.received.count < 1000)
                try await harness.letTimePass(by: .milliseconds(100)) { harness.store.count(.delivered, at: "a") == 1000 }
                #expect(tracker.received.count == 1000)
            }
        }
    }

    @Test func `a shutdown finishes what is in flight and starts nothing new`() async throws {
        let store = MemoryConversionStore()
        let isOpen = Flag()
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port).with {
                $0.concurrency = 2
                $0.rewrite { _ in isOpen.raise() }
            }
            let conversions = DeliveryHarness.conversions(5000)
            try await DeliveryHarness.run([destination], store: store) { harness in
                harness.submit(conversions, to: "a")
                try await harness.wait { isOpen.isRaised }
            }
            // Whatever was sent is recorded, and whatever was not is pending.
            #expect(store.count(.delivered, at: "a") == tracker.received.count)
            #expect(store.count(.pending, at: "a") == 5000 - tracker.received.count)
            #expect(tracker.received.count < 5000)
        }
    }

    @Test func `what does not finish within the grace period stays pending`() async throws {
        let store = MemoryConversionStore()
        let clock = VirtualClock()
        try await ScriptedTracker.run { _, _ in
            .hang
        } body: { tracker in
            try await DeliveryHarness.run(
                [.local("a", port: tracker.port)], store: store, clock: clock, settings: .init(grace: .milliseconds(100)), passesGrace: true
            ) { harness in
                harness.submit(DeliveryHarness.conversions(40), to: "a")
                try await harness.wait { tracker.received.count == 32 }
            }
        }
        #expect(clock.elapsed >= .milliseconds(100) && clock.elapsed < .seconds(5))
        #expect(store.count(.pending, at: "a") == 40)
    }

    @Test func `a shutdown does not wait for ever for a store that cannot write`() async throws {
        let store = MemoryConversionStore()
        store.fail(.full, times: 1_000_000)
        try await ScriptedTracker.run { _, _ in
            .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run(
                [.local("a", port: tracker.port)], store: store, settings: .init(grace: .milliseconds(100)), passesGrace: true
            ) { harness in
                harness.submit(DeliveryHarness.conversions(10), to: "a")
                try await harness.wait {
                    harness.dispatcher.activity["a"].map { $0.unrecorded > 0 && $0.inFlight == 0 } ?? false
                }
            }
        }
        #expect(store.count(.pending, at: "a") == 10)
    }

    @Test func `a corrected mapping repairs what waits`() async throws {
        let isCorrected = Flag()
        try await ScriptedTracker.run { _, request in
            request.uri.hasPrefix("/in") ? .reply(200) : .reply(503)
        } body: { tracker in
            let destination = Destination.local("a", port: tracker.port).with {
                $0.rewrite { if !isCorrected.isRaised { $0.url = $0.url.replacing("/in", with: "/wrong") } }
            }
            try await DeliveryHarness.run([destination]) { harness in
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store[conversion, "a"]?.attempts == 1 }
                isCorrected.raise()
                try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            }
        }
    }
}
