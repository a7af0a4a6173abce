struct IPNetwork: Sendable, Equatable {}
