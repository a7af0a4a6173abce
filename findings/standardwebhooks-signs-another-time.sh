#!/usr/bin/env bash
# The reference library of Standard Webhooks for Python 1.1.0 signs another time than it was given, unless the time's zone is UTC.
#
# To be expected: the same signature for one moment in any zone, since the text that is signed has UNIX seconds.
# Seen: the clock's figures are taken for UTC. At 16:00 in Tokyo (+09:00) it signs 16:00 UTC, nine hours later. The header webhook-timestamp has the right
# seconds, and the library's own verify() answers "No matching signature found". svix 2.9.1 signs with the same code. A machine whose zone is UTC hides it.
. "$(dirname "$0")/support/setup.bash"
version=1.1.0 svix=2.9.1
modules "standardwebhooks==$version"
cat >sign.py <<'END_OF_PYTHON'
import datetime, sys, time
from standardwebhooks import Webhook

webhook = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
body = '{"test": 2432232314}'
now = datetime.datetime.now(datetime.timezone.utc)
for name, hours in [("UTC", 0), ("Tokyo", 9), ("São Paulo", -3)]:
    moment = now.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    seconds = int(moment.timestamp())
    signature = webhook.sign("msg_1", moment, body)
    try:
        webhook.verify(body, {"webhook-id": "msg_1", "webhook-timestamp": str(seconds), "webhook-signature": signature})
        answer = "verifies"
    except Exception as error:
        answer = str(error)
    # Which whole hour it signed.
    (signed,) = [h for h in range(-12, 15) if signature == webhook.sign("msg_1", now + datetime.timedelta(hours=h), body)]
    print(f"{name}: {answer}; signed for {signed} hours later")
END_OF_PYTHON
seen=$(python3 sign.py)
echo "standardwebhooks $version"
sed "s/^/    /" <<<"$seen"
[[ $seen == "UTC: verifies; signed for 0 hours later
Tokyo: No matching signature found; signed for 9 hours later
São Paulo: No matching signature found; signed for -3 hours later" ]]
