import Mappings

extension Reception {
    /// Whether the peer is a proxy whose connections are those of many senders.
    package func trusts(_ peer: IPAddress) -> Bool { trustedProxies.contains(peer) }
}
