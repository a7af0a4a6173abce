/// Latin letters without their accents: `Zürich` is `Zurich`, `Łódź` is `Lodz`, `Straße` is `Strasse`.
///
/// What has no plain Latin letter stays: other scripts, signs, emoji.
enum PlainLetters {
    static func plain(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let letters = table[scalar] {
                plain.append(contentsOf: letters)
            } else if !(marks.contains(scalar.value) && plain.last?.isASCII == true) {
                plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// Accents that are characters of their own, behind their letter.
    private static let marks: ClosedRange<UInt32> = 0x300...0x36F

    /// A plain letter or two, and what is written as these.
    private static let table: [Unicode.Scalar: String.UnicodeScalarView] = {
        var table: [Unicode.Scalar: String.UnicodeScalarView] = [:]
        for line in lines.split(separator: "\n") {
            let parts = line.split(separator: " ")
            for letter in parts[1].unicodeScalars { table[letter] = String(parts[0]).unicodeScalars }
        }
        return table
    }()

    private static let lines = """
        A ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ
        a àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ
        AE ÆǢǼ
        ae æǣǽ
        B ḂḄḆ
        b ḃḅḇ
        C ÇĆĈĊČḈ
        c çćĉċčḉ
        D ÐĎĐḊḌḎḐḒ
        d ðďđḋḍḏḑḓ
        E ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ
        e èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ
        F Ḟ
        f ḟ
        G ĜĞĠĢǦǴḠ
        g ĝğġģǧǵḡ
        H ĤĦȞḢḤḦḨḪ
        h ĥħȟḣḥḧḩḫẖ
        I ÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ
        i ìíîïĩīĭįıǐȉȋḭḯỉị
        IJ Ĳ
        ij ĳ
        J Ĵ
        j ĵǰ
        K ĶǨḰḲḴ
        k ķǩḱḳḵ
        L ĹĻĽŁḶḸḺḼ
        l ĺļľłḷḹḻḽ
        M ḾṀṂ
        m ḿṁṃ
        N ÑŃŅŇǸṄṆṈṊ
        n ñńņňǹṅṇṉṋ
        O ÒÓÔÕÖØŌŎŐƠǑǪǬǾȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ
        o òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ
        OE Œ
        oe œ
        P ṔṖ
        p ṕṗ
        R ŔŖŘȐȒṘṚṜṞ
        r ŕŗřȑȓṙṛṝṟ
        S ŚŜŞŠȘṠṢṤṦṨ
        s śŝşšſșṡṣṥṧṩ
        SS ẞ
        ss ß
        T ŢŤŦȚṪṬṮṰ
        t ţťŧțṫṭṯṱẗ
        TH Þ
        th þ
        U ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ
        u ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự
        V ṼṾ
        v ṽṿ
        W ŴẀẂẄẆẈ
        w ŵẁẃẅẇẉẘ
        X ẊẌ
        x ẋẍ
        Y ÝŶŸȲẎỲỴỶỸ
        y ýÿŷȳẏẙỳỵỷỹ
        Z ŹŻŽẐẒẔ
        z źżžẑẓẕ
        """
}
