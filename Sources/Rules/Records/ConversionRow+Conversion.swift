import Mappings

extension ConversionRow {
    package init(_ conversion: Conversion) {
        self.init(
            id: conversion.id, source: conversion.source, tracker: conversion.tracker, receivedAt: conversion.receivedAt,
            type: conversion.text(.type), status: conversion.text(.status), orderID: conversion.text(.orderID),
            clickID: conversion.text(.clickID), amount: conversion[.amount].number?.text(in: conversion.currency),
            currency: conversion.text(.currency), document: conversion.document(),
            refunded: conversion[.refunded].number?.text(in: conversion.currency))
    }
}
