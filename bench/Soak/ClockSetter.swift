/// Sets the clock at random moments, and right again at the end.
struct ClockSetter: Sendable {
    let clock: WallClock
    let seed: UInt64
    let phase: Phase

    func run() async {
        var dice = Dice(seed: seed, "clock")
        while phase.isLoading {
            try? await Task.sleep(for: .seconds(0.2 + dice.share() * 3))
            if phase.isLoading { clock.jump(&dice) }
        }
        clock.correct()
    }
}
