extension ParsedRequest {
    /// Begins the next item of a list, or finds the one that another list has begun, and returns the place of its first slot.
    ///
    /// - Parameter position: in the sender's list.
    mutating func beginItem(at position: Int, of list: Int, by layout: RequestLayout) -> Int {
        guard !listCounts.isEmpty else { return appendItem(at: position, by: layout) }
        let ordinal = listCounts[list]
        listCounts[list] += 1
        guard ordinal < itemPositions.count else { return appendItem(at: position, by: layout) }
        return ordinal * layout.itemSlotCount
    }

    private mutating func appendItem(at position: Int, by layout: RequestLayout) -> Int {
        if itemPositions.isEmpty { itemSlots = SlotList(count: 0, capacity: layout.itemSlotCount * max(itemPositions.capacity, 1)) }
        itemPositions.append(position)
        return itemSlots.append(layout.itemSlotCount)
    }

    /// The item of this number, which another name with the same number may have begun.
    mutating func item(numbered number: Int, by layout: RequestLayout) -> Int {
        if number < itemPositions.count, itemPositions[number] == number { return number * layout.itemSlotCount }
        if let index = itemsByNumber[number] { return index * layout.itemSlotCount }
        itemsByNumber[number] = itemPositions.count
        itemCount += 1
        return appendItem(at: number, by: layout)
    }

    /// The item that a form calls so, `items[abc][price]`: a number is its place.
    mutating func item(named name: String, by layout: RequestLayout) -> Int {
        if let number = Int(name), number >= 0 { return item(numbered: number, by: layout) }
        if let number = itemsByName[name] { return item(numbered: number, by: layout) }
        var number = itemPositions.count
        while itemsByNumber[number] != nil { number += 1 }
        itemsByName[name] = number
        return item(numbered: number, by: layout)
    }

    /// Puts numbered items in their order, and refuses lists of the same items that have not the same length.
    mutating func finishItems(by layout: RequestLayout) {
        if !itemsByNumber.isEmpty, zip(itemPositions, itemPositions.dropFirst()).contains(where: { $0 > $1 }) { sortItems(by: layout) }
        guard let most = listCounts.max(), failures.isEmpty, let longest = listCounts.firstIndex(of: most) else { return }
        for list in listCounts.indices where listCounts[list] != 0 && listCounts[list] != most {
            let (count, name, other) = (listCounts[list], layout.itemLists[list], layout.itemLists[longest])
            let sentence = "\(name) has \(count) value\(count == 1 ? "" : "s") and \(other) has \(most); both say what is in the same items"
            failures.append(Failure(.invalid, field: name, sentence))
        }
    }

    private mutating func sortItems(by layout: RequestLayout) {
        let width = layout.itemSlotCount
        let order = itemPositions.indices.sorted { (itemPositions[$0], $0) < (itemPositions[$1], $1) }
        var sorted = SlotList(count: 0, capacity: itemSlots.count)
        for item in order {
            let row = sorted.append(width)
            for slot in 0..<width { sorted[row + slot] = itemSlots[item * width + slot] }
        }
        itemSlots = sorted
        itemPositions = order.map { itemPositions[$0] }
    }
}
