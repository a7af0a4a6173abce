/// Well-known services that give out mailboxes for minutes. A configuration adds its own.
package enum DisposableDomains {
    package static let known: Set<String> = [
        "10minutemail.com", "10minutemail.net", "10minutemail.org", "20minutemail.com", "30minutemail.com", "anonbox.net", "armyspy.com",
        "burnermail.io", "crazymailing.com", "cuvox.de", "dayrep.com", "deadaddress.com", "despam.it", "discard.email", "discardmail.com",
        "discardmail.de", "disposablemail.com", "dispostable.com", "dodgit.com", "dropmail.me", "e4ward.com", "einrot.com",
        "email-fake.com", "emailfake.com", "emailondeck.com", "emailtemporanea.com", "eyepaste.com", "fakeinbox.com", "fakemail.net",
        "fakemailgenerator.com", "filzmail.com", "fleckens.hu", "generator.email", "getairmail.com", "getnada.com", "grr.la",
        "guerrillamail.biz", "guerrillamail.com", "guerrillamail.de", "guerrillamail.info", "guerrillamail.net", "guerrillamail.org",
        "guerrillamailblock.com", "gustr.com", "harakirimail.com", "inboxbear.com", "inboxkitten.com", "incognitomail.org",
        "instant-mail.de", "jetable.com", "jetable.net", "jetable.org", "jourrapide.com", "kurzepost.de", "linshiyouxiang.net",
        "luxusmail.org", "mail-temp.com", "mail-temporaire.fr", "mail7.io", "mailbox92.biz", "mailcatch.com", "mailcatch.org",
        "maildrop.cc", "maileater.com", "mailexpire.com", "mailforspam.com", "mailin8r.com", "mailinator.com", "mailinator.net",
        "mailinator2.com", "mailme.lv", "mailmoat.com", "mailnesia.com", "mailnull.com", "mailpoof.com", "mailsac.com", "mailscrap.com",
        "mailshell.com", "mailtemp.info", "meltmail.com", "mintemail.com", "minutemail.io", "moakt.cc", "moakt.com", "mohmal.com",
        "mt2015.com", "mvrht.net", "mytemp.email", "mytrashmail.com", "nada.email", "nospamfor.us", "nowmymail.com", "objectmail.com",
        "one-time.email", "onetimemail.org", "owlymail.com", "pokemail.net", "pookmail.com", "proxymail.eu", "rcpt.at", "rhyta.com",
        "safetymail.info", "sharklasers.com", "smailpro.com", "sofort-mail.de", "sogetthis.com", "soodonims.com", "spam4.me",
        "spamavert.com", "spambob.com", "spambog.com", "spambog.de", "spambox.us", "spamcero.com", "spamday.com", "spamex.com",
        "spamfighter.cf", "spamfree24.org", "spamgourmet.com", "spamgourmet.net", "spamhole.com", "spaml.com", "spamspot.com",
        "superrito.com", "suremail.info", "tafmail.com", "teleworm.us", "temp-mail.io", "temp-mail.org", "tempail.com", "tempemail.com",
        "tempemail.net", "tempinbox.com", "tempmail.com", "tempmail.dev", "tempmail.net", "tempmailaddress.com", "tempmailo.com",
        "tempomail.fr", "temporaryemail.net", "temporarymail.com", "tempr.email", "tempsky.com", "tempymail.com", "thankyou2010.com",
        "thisisnotmyrealemail.com", "throwaway.email", "throwawaymail.com", "tmail.ws", "tmpmail.net", "tmpmail.org", "tradermail.info",
        "trash-mail.com", "trash-mail.de", "trashmail.com", "trashmail.de", "trashmail.me", "trashmail.net", "trashmail.ws", "trbvm.com",
        "veryrealemail.com", "wegwerfemail.de", "wegwerfmail.de", "wegwerfmail.net", "wegwerfmail.org", "whyspam.me", "yopmail.com",
        "yopmail.fr", "yopmail.net", "zehnminutenmail.de", "zoemail.org",
    ]
}
