import Mappings

extension ConversionRow {
    package init(_ conversion: Conversion) { self.init(conversion, document: conversion.document()) }

    package init(_ conversion: Conversion, document: [UInt8]) {
        let currency = conversion.currency
        self.init(
            id: conversion.id, source: conversion.source, tracker: conversion.tracker, receivedAt: conversion.receivedAt,
            type: conversion.text(.type), status: conversion.text(.status), orderID: conversion.text(.orderID),
            clickID: conversion.text(.clickID), amount: conversion[.amount].number?.text(in: currency),
            currency: conversion.text(.currency),
            document: document, refunded: conversion[.refunded].number?.text(in: currency))
    }
}
