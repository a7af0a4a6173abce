extension Country {
    /// ISO 3166-1, in its order: two letters, three letters, then of the telephone plan the calling code, what is dialled before a number
    /// inside the country, what is dialled before a calling code, and how many digits a line's number has; then the usual English name, and other
    /// names. `-` is none. A prefix that differs by the carrier is left out. Kosovo's letters are not of the standard, and in use.
    static let table = """
        AD AND 376 - 00 6,9 Andorra; Principality of Andorra
        AE ARE 971 0 00 8-9 United Arab Emirates; UAE
        AF AFG 93 0 00 9 Afghanistan; Islamic Republic of Afghanistan
        AG ATG 1 1 011 10 Antigua and Barbuda
        AI AIA 1 1 011 10 Anguilla
        AL ALB 355 0 00 8-9 Albania; Republic of Albania
        AM ARM 374 0 00 8 Armenia; Republic of Armenia
        AO AGO 244 - 00 9 Angola; Republic of Angola
        AQ ATA - - - - Antarctica
        AR ARG 54 0 00 10-11 Argentina; Argentine Republic
        AS ASM 1 1 011 10 American Samoa
        AT AUT 43 0 00 4-13 Austria; Republic of Austria
        AU AUS 61 0 0011 9 Australia
        AW ABW 297 - 00 7 Aruba
        AX ALA 358 0 00 6-10 Åland Islands
        AZ AZE 994 0 00 9 Azerbaijan; Republic of Azerbaijan
        BA BIH 387 0 00 8-9 Bosnia and Herzegovina; Republic of Bosnia and Herzegovina; Bosnia
        BB BRB 1 1 011 10 Barbados
        BD BGD 880 0 00 6-10 Bangladesh; People's Republic of Bangladesh
        BE BEL 32 0 00 8-9 Belgium; Kingdom of Belgium
        BF BFA 226 - 00 8 Burkina Faso
        BG BGR 359 0 00 6-9 Bulgaria; Republic of Bulgaria
        BH BHR 973 - 00 8 Bahrain; Kingdom of Bahrain
        BI BDI 257 - 00 8 Burundi; Republic of Burundi
        BJ BEN 229 - 00 10 Benin; Republic of Benin
        BL BLM 590 0 00 9 Saint Barthélemy
        BM BMU 1 1 011 10 Bermuda
        BN BRN 673 - 00 7 Brunei; Brunei Darussalam
        BO BOL 591 0 00 8 Bolivia; Bolivia, Plurinational State of; Plurinational State of Bolivia
        BQ BES 599 - 00 7 Caribbean Netherlands; Bonaire, Sint Eustatius and Saba
        BR BRA 55 0 - 10-11 Brazil; Federative Republic of Brazil
        BS BHS 1 1 011 10 Bahamas; Commonwealth of the Bahamas; The Bahamas
        BT BTN 975 - 00 7-8 Bhutan; Kingdom of Bhutan
        BV BVT - - - - Bouvet Island
        BW BWA 267 - 00 7-8 Botswana; Republic of Botswana
        BY BLR 375 80/8/0 810 9 Belarus; Republic of Belarus
        BZ BLZ 501 - 00 7 Belize
        CA CAN 1 1 011 10 Canada
        CC CCK 61 0 0011 9 Cocos Islands; Cocos (Keeling) Islands
        CD COD 243 0 00 7-10 Democratic Republic of the Congo; Congo, The Democratic Republic of the; DR Congo; Congo-Kinshasa
        CF CAF 236 - 00 8 Central African Republic
        CG COG 242 - 00 9 Congo; Republic of the Congo; Congo-Brazzaville
        CH CHE 41 0 00 9 Switzerland; Swiss Confederation
        CI CIV 225 - 00 10 Côte d'Ivoire; Republic of Côte d'Ivoire; Ivory Coast
        CK COK 682 - 00 5 Cook Islands
        CL CHL 56 - 00 9 Chile; Republic of Chile
        CM CMR 237 - 00 9 Cameroon; Republic of Cameroon
        CN CHN 86 0 00 7-11 China; People's Republic of China
        CO COL 57 0 - 8,10 Colombia; Republic of Colombia
        CR CRI 506 - 00 8 Costa Rica; Republic of Costa Rica
        CU CUB 53 0 119 6-8,10 Cuba; Republic of Cuba
        CV CPV 238 - - 7 Cabo Verde; Republic of Cabo Verde; Cape Verde
        CW CUW 599 - 00 7-8 Curaçao
        CX CXR 61 0 0011 9 Christmas Island
        CY CYP 357 - 00 8 Cyprus; Republic of Cyprus
        CZ CZE 420 - 00 9 Czechia; Czech Republic
        DE DEU 49 0 00 5-15 Germany; Federal Republic of Germany
        DJ DJI 253 - 00 8 Djibouti; Republic of Djibouti
        DK DNK 45 - 00 8 Denmark; Kingdom of Denmark
        DM DMA 1 1 011 10 Dominica; Commonwealth of Dominica
        DO DOM 1 1 011 10 Dominican Republic
        DZ DZA 213 0 00 8-9 Algeria; People's Democratic Republic of Algeria
        EC ECU 593 0 00 8-9 Ecuador; Republic of Ecuador
        EE EST 372 - 00 7-8 Estonia; Republic of Estonia
        EG EGY 20 0 00 8-10 Egypt; Arab Republic of Egypt
        EH ESH 212 0 00 9 Western Sahara
        ER ERI 291 0 00 7 Eritrea; the State of Eritrea
        ES ESP 34 - 00 9 Spain; Kingdom of Spain
        ET ETH 251 0 00 9 Ethiopia; Federal Democratic Republic of Ethiopia
        FI FIN 358 0 00 5-10 Finland; Republic of Finland
        FJ FJI 679 - 00 7 Fiji; Republic of Fiji
        FK FLK 500 - 00 5 Falkland Islands; Falkland Islands (Malvinas)
        FM FSM 691 - 00 7 Micronesia; Micronesia, Federated States of; Federated States of Micronesia
        FO FRO 298 - 00 6 Faroe Islands
        FR FRA 33 0 00 9 France; French Republic
        GA GAB 241 - 00 7-8 Gabon; Gabonese Republic
        GB GBR 44 0 00 9-10 United Kingdom; United Kingdom of Great Britain and Northern Ireland; Great Britain
        GD GRD 1 1 011 10 Grenada
        GE GEO 995 0 00 9 Georgia
        GF GUF 594 0 00 9 French Guiana
        GG GGY 44 0 00 10 Guernsey
        GH GHA 233 0 00 9 Ghana; Republic of Ghana
        GI GIB 350 - 00 8 Gibraltar
        GL GRL 299 - 00 6 Greenland
        GM GMB 220 - 00 7,9 Gambia; Republic of the Gambia; The Gambia
        GN GIN 224 - 00 8-9 Guinea; Republic of Guinea
        GP GLP 590 0 00 9 Guadeloupe
        GQ GNQ 240 - 00 9 Equatorial Guinea; Republic of Equatorial Guinea
        GR GRC 30 - 00 10 Greece; Hellenic Republic
        GS SGS - - - - South Georgia and the South Sandwich Islands
        GT GTM 502 - 00 8 Guatemala; Republic of Guatemala
        GU GUM 1 1 011 10 Guam
        GW GNB 245 - 00 9 Guinea-Bissau; Republic of Guinea-Bissau
        GY GUY 592 - - 7 Guyana; Republic of Guyana
        HK HKG 852 - 00 8 Hong Kong; Hong Kong Special Administrative Region of China
        HM HMD - - - - Heard Island and McDonald Islands
        HN HND 504 - 00 8 Honduras; Republic of Honduras
        HR HRV 385 0 00 8-9 Croatia; Republic of Croatia
        HT HTI 509 - 00 8 Haiti; Republic of Haiti
        HU HUN 36 06 00 8-9 Hungary
        ID IDN 62 0 - 7-12 Indonesia; Republic of Indonesia
        IE IRL 353 0 00 7-10 Ireland
        IL ISR 972 0 00 8-9,11-12 Israel; State of Israel
        IM IMN 44 0 00 10 Isle of Man
        IN IND 91 0 00 10 India; Republic of India
        IO IOT 246 - 00 7 British Indian Ocean Territory
        IQ IRQ 964 0 00 8-10 Iraq; Republic of Iraq
        IR IRN 98 0 00 6-7,10 Iran; Iran, Islamic Republic of; Islamic Republic of Iran
        IS ISL 354 - 00 7,9 Iceland; Republic of Iceland
        IT ITA 39 - 00 9-11 Italy; Italian Republic
        JE JEY 44 0 00 10 Jersey
        JM JAM 1 1 011 10 Jamaica
        JO JOR 962 0 00 8-9 Jordan; Hashemite Kingdom of Jordan
        JP JPN 81 0 010 9-10 Japan
        KE KEN 254 0 - 7-9 Kenya; Republic of Kenya
        KG KGZ 996 0 00 9 Kyrgyzstan; Kyrgyz Republic
        KH KHM 855 0 - 8-9 Cambodia; Kingdom of Cambodia
        KI KIR 686 0 00 5,8 Kiribati; Republic of Kiribati
        KM COM 269 - 00 7 Comoros; Union of the Comoros
        KN KNA 1 1 011 10 Saint Kitts and Nevis
        KP PRK 850 0 00 8,10 North Korea; Korea, Democratic People's Republic of; Democratic People's Republic of Korea
        KR KOR 82 0 - 5-6,8-10 South Korea; Korea, Republic of; Korea
        KW KWT 965 - 00 8 Kuwait; State of Kuwait
        KY CYM 1 1 011 10 Cayman Islands
        KZ KAZ 7 8 810 10 Kazakhstan; Republic of Kazakhstan
        LA LAO 856 0 00 8-10 Laos; Lao People's Democratic Republic; Lao PDR
        LB LBN 961 0 00 7-8 Lebanon; Lebanese Republic
        LC LCA 1 1 011 10 Saint Lucia
        LI LIE 423 0 00 7,9 Liechtenstein; Principality of Liechtenstein
        LK LKA 94 0 00 9 Sri Lanka; Democratic Socialist Republic of Sri Lanka
        LR LBR 231 0 00 7-9 Liberia; Republic of Liberia
        LS LSO 266 - 00 8 Lesotho; Kingdom of Lesotho
        LT LTU 370 0/8 00 8 Lithuania; Republic of Lithuania
        LU LUX 352 - 00 4-11 Luxembourg; Grand Duchy of Luxembourg
        LV LVA 371 - 00 8 Latvia; Republic of Latvia
        LY LBY 218 0 00 9 Libya
        MA MAR 212 0 00 9 Morocco; Kingdom of Morocco
        MC MCO 377 0 00 8-9 Monaco; Principality of Monaco
        MD MDA 373 0 00 8 Moldova; Moldova, Republic of; Republic of Moldova
        ME MNE 382 0 00 8 Montenegro
        MF MAF 590 0 00 9 Saint Martin; Saint Martin (French part)
        MG MDG 261 0 00 9 Madagascar; Republic of Madagascar
        MH MHL 692 1 - 7 Marshall Islands; Republic of the Marshall Islands
        MK MKD 389 0 00 8 North Macedonia; Republic of North Macedonia; Macedonia
        ML MLI 223 - 00 8 Mali; Republic of Mali
        MM MMR 95 0 00 6-10 Myanmar; Republic of Myanmar; Burma
        MN MNG 976 0 - 8-10 Mongolia
        MO MAC 853 - 00 8 Macao; Macao Special Administrative Region of China; Macau
        MP MNP 1 1 011 10 Northern Mariana Islands; Commonwealth of the Northern Mariana Islands
        MQ MTQ 596 0 00 9 Martinique
        MR MRT 222 - 00 8 Mauritania; Islamic Republic of Mauritania
        MS MSR 1 1 011 10 Montserrat
        MT MLT 356 - 00 8 Malta; Republic of Malta
        MU MUS 230 - 00 7-8 Mauritius; Republic of Mauritius
        MV MDV 960 - 00 7 Maldives; Republic of Maldives
        MW MWI 265 0 00 7,9 Malawi; Republic of Malawi
        MX MEX 52 - 00 10 Mexico; United Mexican States
        MY MYS 60 0 00 8-10 Malaysia
        MZ MOZ 258 - 00 8-9 Mozambique; Republic of Mozambique
        NA NAM 264 0 00 8-9 Namibia; Republic of Namibia
        NC NCL 687 - 00 6 New Caledonia
        NE NER 227 - 00 8 Niger; Republic of the Niger
        NF NFK 672 - 00 6 Norfolk Island
        NG NGA 234 0 - 10 Nigeria; Federal Republic of Nigeria
        NI NIC 505 - 00 8 Nicaragua; Republic of Nicaragua
        NL NLD 31 0 00 9,11 Netherlands; Kingdom of the Netherlands; Holland; The Netherlands
        NO NOR 47 - 00 8 Norway; Kingdom of Norway
        NP NPL 977 0 00 8,10 Nepal; Federal Democratic Republic of Nepal
        NR NRU 674 - 00 7 Nauru; Republic of Nauru
        NU NIU 683 - 00 4,7 Niue
        NZ NZL 64 0 00 8-10 New Zealand
        OM OMN 968 - 00 8 Oman; Sultanate of Oman
        PA PAN 507 - 00 7-8 Panama; Republic of Panama
        PE PER 51 0 00 8-9 Peru; Republic of Peru
        PF PYF 689 - 00 8 French Polynesia
        PG PNG 675 - 00 7-8 Papua New Guinea; Independent State of Papua New Guinea
        PH PHL 63 0 00 6,8-10 Philippines; Republic of the Philippines; The Philippines
        PK PAK 92 0 00 9-10 Pakistan; Islamic Republic of Pakistan
        PL POL 48 - 00 7,9 Poland; Republic of Poland
        PM SPM 508 0 00 6,9 Saint Pierre and Miquelon
        PN PCN - - - - Pitcairn
        PR PRI 1 1 011 10 Puerto Rico
        PS PSE 970 0 00 8-9 Palestine; Palestine, State of; the State of Palestine
        PT PRT 351 - 00 9 Portugal; Portuguese Republic
        PW PLW 680 - - 7 Palau; Republic of Palau
        PY PRY 595 0 00 7-9 Paraguay; Republic of Paraguay
        QA QAT 974 - 00 8 Qatar; State of Qatar
        RE REU 262 0 00 9 Réunion
        RO ROU 40 0 00 6,9 Romania
        RS SRB 381 0 00 7-12 Serbia; Republic of Serbia
        RU RUS 7 8 810 10 Russia; Russian Federation
        RW RWA 250 0 00 8-9 Rwanda; Rwandese Republic
        SA SAU 966 0 00 9 Saudi Arabia; Kingdom of Saudi Arabia
        SB SLB 677 - 00 5,7 Solomon Islands
        SC SYC 248 - 00 7 Seychelles; Republic of Seychelles
        SD SDN 249 0 00 9 Sudan; Republic of the Sudan
        SE SWE 46 0 00 7-9 Sweden; Kingdom of Sweden
        SG SGP 65 - - 8 Singapore; Republic of Singapore
        SH SHN 290 - 00 4-5 Saint Helena; Saint Helena, Ascension and Tristan da Cunha
        SI SVN 386 0 00 8 Slovenia; Republic of Slovenia
        SJ SJM 47 - 00 8 Svalbard and Jan Mayen
        SK SVK 421 0 00 6-7,9 Slovakia; Slovak Republic
        SL SLE 232 0 00 8 Sierra Leone; Republic of Sierra Leone
        SM SMR 378 - 00 8,10 San Marino; Republic of San Marino
        SN SEN 221 - 00 9 Senegal; Republic of Senegal
        SO SOM 252 0 00 6-9 Somalia; Federal Republic of Somalia
        SR SUR 597 - 00 6-7 Suriname; Republic of Suriname
        SS SSD 211 0 00 9 South Sudan; Republic of South Sudan
        ST STP 239 - 00 7 Sao Tome and Principe; Democratic Republic of Sao Tome and Principe
        SV SLV 503 - 00 8 El Salvador; Republic of El Salvador
        SX SXM 1 1 011 10 Sint Maarten; Sint Maarten (Dutch part)
        SY SYR 963 0 00 8-9 Syria; Syrian Arab Republic
        SZ SWZ 268 - 00 8 Eswatini; Kingdom of Eswatini; Swaziland
        TC TCA 1 1 011 10 Turks and Caicos Islands
        TD TCD 235 - 00 8 Chad; Republic of Chad
        TF ATF - - - - French Southern Territories
        TG TGO 228 - 00 8 Togo; Togolese Republic
        TH THA 66 0 - 8-9 Thailand; Kingdom of Thailand
        TJ TJK 992 - 810 9 Tajikistan; Republic of Tajikistan
        TK TKL 690 - 00 4-7 Tokelau
        TL TLS 670 - 00 7-8 Timor-Leste; Democratic Republic of Timor-Leste; East Timor
        TM TKM 993 8 810 8 Turkmenistan
        TN TUN 216 - 00 8 Tunisia; Republic of Tunisia
        TO TON 676 - 00 5,7 Tonga; Kingdom of Tonga
        TR TUR 90 0 00 10 Türkiye; Republic of Türkiye; Turkey
        TT TTO 1 1 011 10 Trinidad and Tobago; Republic of Trinidad and Tobago
        TV TUV 688 - 00 5-7 Tuvalu
        TW TWN 886 0 - 8-9 Taiwan; Taiwan, Province of China
        TZ TZA 255 0 - 9 Tanzania; Tanzania, United Republic of; United Republic of Tanzania
        UA UKR 380 0 00 9 Ukraine
        UG UGA 256 0 - 9 Uganda; Republic of Uganda
        UM UMI - - - - United States Minor Outlying Islands
        US USA 1 1 011 10 United States; United States of America; America
        UY URY 598 0 00 8 Uruguay; Eastern Republic of Uruguay
        UZ UZB 998 - 00 9 Uzbekistan; Republic of Uzbekistan
        VA VAT 39 - 00 9-11 Vatican City; Holy See (Vatican City State); Holy See
        VC VCT 1 1 011 10 Saint Vincent and the Grenadines
        VE VEN 58 0 00 10 Venezuela; Venezuela, Bolivarian Republic of; Bolivarian Republic of Venezuela
        VG VGB 1 1 011 10 British Virgin Islands; Virgin Islands, British
        VI VIR 1 1 011 10 U.S. Virgin Islands; Virgin Islands, U.S.; Virgin Islands of the United States
        VN VNM 84 0 00 9-10 Vietnam; Socialist Republic of Viet Nam
        VU VUT 678 - 00 5,7 Vanuatu; Republic of Vanuatu
        WF WLF 681 - 00 6 Wallis and Futuna
        WS WSM 685 - - 5-7,10 Samoa; Independent State of Samoa
        YE YEM 967 0 00 7-9 Yemen; Republic of Yemen
        YT MYT 262 0 00 9 Mayotte
        ZA ZAF 27 0 00 5-9 South Africa; Republic of South Africa
        ZM ZMB 260 0 00 9 Zambia; Republic of Zambia
        ZW ZWE 263 0 00 9 Zimbabwe; Republic of Zimbabwe
        XK XKX 383 0 00 8-12 Kosovo
        """
}
