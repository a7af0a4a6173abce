extension MappingWriter {
    /// Whether some conversion may be one request for each of its items.
    package var writesLines: Bool { mapping.request.isPerItem || updates.contains { $0.mapping?.request.isPerItem ?? false } }

    /// How many requests a conversion or correction is: one for each item, if its request is `per: item`. Each is written for the conversion
    /// with that one item alone.
    package func requestCount(of conversion: Conversion) -> Int {
        guard conversion.items.count > 1 else { return 1 }
        let plan = conversion[.update].isAbsent ? mapping : update(for: conversion)?.mapping
        return plan?.request.isPerItem == true ? conversion.items.count : 1
    }

    private func update(for conversion: Conversion) -> UpdateWriter? {
        let input = ExpressionInput(conversion, variables: settingValues + [.text(conversion.change)])
        return updates.first { $0.fits(input) }
    }
}
