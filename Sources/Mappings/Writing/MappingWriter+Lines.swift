extension MappingWriter {
    /// Whether some conversion may be one request for each of its items.
    package var writesLines: Bool { mapping.request.isPerItem || messages.contains { $0.mapping?.request.isPerItem ?? false } }

    /// How many requests a conversion or correction is: one for each item, if its request is `per: item`. Each is written for the conversion
    /// with that one item alone.
    package func requestCount(of conversion: Conversion) -> Int {
        guard conversion.items.count > 1 else { return 1 }
        return message(for: conversion).request.isPerItem ? conversion.items.count : 1
    }

    /// All that a conversion or correction is written as.
    package func requests(for conversion: Conversion, at now: Timestamp) throws(Skip) -> [OutboundRequest] {
        let count = requestCount(of: conversion)
        guard count > 1 else { return [try write(conversion, at: now)] }
        var requests: [OutboundRequest] = []
        for line in 0..<count { requests.append(try write(conversion.alone(line), at: now)) }
        return requests
    }

    /// What the conversion or correction is written with.
    private func message(for conversion: Conversion) -> Mapping {
        let isFirst = conversion[.update].isAbsent
        let input = ExpressionInput(conversion, variables: isFirst ? settingValues : settingValues + [.text(conversion.change)])
        return messages.first { ($0.role == .first) == isFirst && $0.fits(input) }?.mapping ?? mapping
    }
}
