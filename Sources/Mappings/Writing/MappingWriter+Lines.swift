extension MappingWriter {
    /// Whether some conversion may be one request for each of its items.
    package var writesLines: Bool { mapping.request.isPerItem || messages.contains { $0.mapping?.request.isPerItem ?? false } }

    /// How many requests a conversion or correction is: one for each item, if its request is `per: item`. Each is written for the conversion
    /// with that one item alone.
    package func requestCount(of conversion: Conversion) -> Int {
        guard conversion.items.count > 1 else { return 1 }
        return message(for: conversion).request.isPerItem ? conversion.items.count : 1
    }

    /// What the conversion or correction is written with.
    private func message(for conversion: Conversion) -> Mapping {
        let isFirst = conversion[.update].isAbsent
        let input = ExpressionInput(conversion, variables: isFirst ? settingValues : settingValues + [.text(conversion.change)])
        return messages.first { ($0.role == .first) == isFirst && $0.fits(input) }?.mapping ?? mapping
    }
}
