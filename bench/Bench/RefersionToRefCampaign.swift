/// The engine's translation of a Refersion order into the body of a RefCampaign postback, compiled once, outside the
/// measured loop.
func refersionToRefCampaign() throws -> EngineBenchmark.Translation {
    throw EngineNotConnected()
}

/// Thrown until the engine is connected.
struct EngineNotConnected: Error {}
