"""Timeouts that two stacks must agree on: a queue's visibility follows from its consumer's."""

from aws_cdk import Duration

# five webhooks of up to 1,000 updates each, at some 20 ms an update
INBOUND_BATCH = 5
INBOUND_TIMEOUT = Duration.seconds(120)
# drains one conversation: a burst paced at Meta's rate for one pair, then hands over to the next
SENDER_TIMEOUT = Duration.seconds(60)
