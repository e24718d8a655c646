"""Timeouts that two parts must agree on: a queue or a workflow waits for its function."""

from aws_cdk import Duration

# five webhooks of up to 1,000 updates each, at some 20 ms an update
INBOUND_BATCH = 5
INBOUND_TIMEOUT = Duration.seconds(120)
# drains one conversation: a burst paced at Meta's rate for one pair, then hands over to the next
SENDER_TIMEOUT = Duration.seconds(60)
# 100 MB from Meta, the largest there is, and what a slow minute adds
MEDIA_TIMEOUT = Duration.seconds(300)
# some thousand keys are listed, wrapped anew and written
EPOCH_TIMEOUT = Duration.seconds(120)
# a thousand changes are grouped, compressed and put; large ones are copied one by one
ARCHIVER_TIMEOUT = Duration.seconds(120)
# one part takes seconds; putting together the largest export there may be takes minutes
EXPORTER_TIMEOUT = Duration.seconds(900)
# as long as an export may take, which the archive's part of an answer is
ACCESS_TIMEOUT = Duration.seconds(900)
# 64 MB of segments are unpacked and looked through: a minute; of a very large archive, many
HOLDER_TIMEOUT = Duration.seconds(900)
# one look at a request is seconds; a sweep over all of them a minute
RIGHTS_TIMEOUT = Duration.seconds(120)
# a step works for minutes and goes on in the next; the last one gathers what all of them did
RETENTION_TIMEOUT = Duration.seconds(900)
# a thousand rows, four at a time, of people who are all new: seconds; throttled, minutes
CONSENT_IMPORTER_TIMEOUT = Duration.seconds(300)
# one part is a conversation: a thousand messages go in seconds, a hundred thousand in minutes
ERASURE_TIMEOUT = Duration.seconds(900)
