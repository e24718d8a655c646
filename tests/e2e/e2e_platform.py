"""The running platform, as tests use it."""

import json
import secrets
import time

from cli.client import post_webhook
from cli.demo.world import LocalWorld
from cli.local.aws import local_session
from cli.redrive import waiting
from cli.stage import find_stage
from functions.core.content.transit import TransitSealer

PATIENCE_SECONDS = 60
TRANSIT_KEY = "AMANA_TRANSIT_KEY_ARN"


class Platform(LocalWorld):
    def __init__(self, workspace, facts):
        super().__init__(facts)
        self.workspace = workspace
        self.facts = facts
        self.stage = find_stage("local", workspace=workspace)
        self.table = facts.outputs["amana-local-data"]["ConversationsTable"]
        self._denials_read = 0

    def client(self, service):
        return local_session().client(service, endpoint_url=self.facts.aws_endpoint)

    def denials(self):
        """Calls that IAM denied since the last look."""
        lines = self.workspace.denials.read_text().splitlines()
        new, self._denials_read = lines[self._denials_read :], len(lines)
        return [json.loads(line) for line in new]

    def clear_faults(self):
        self.meta.clear_faults()

    def post(self, body):
        """A webhook, signed by Meta."""
        return post_webhook(self.facts, body)

    def sealer(self):
        """Seals bodies as the webhook function does."""
        functions = self.client("lambda").list_functions()["Functions"]
        told = [each.get("Environment", {}).get("Variables", {}) for each in functions]
        (key,) = {each[TRANSIT_KEY] for each in told if TRANSIT_KEY in each}
        return TransitSealer(self.client("kms"), key)

    def waiting(self, url):
        return waiting(self.sqs, url)

    def settle(self):
        assert super().settle(), "webhooks are still on their way"
        return True

    def account_updates(self, waba_id):
        return list(self._items(f"/v1/accounts/{waba_id}/updates"))

    def conversations(self):
        return list(self._items("/v1/conversations"))

    def message(self, message_id):
        return self.api.get(f"/v1/messages/{message_id}").body

    def due(self):
        """Threads that wait for their next try."""
        pages = self.client("dynamodb").get_paginator("scan")
        found = pages.paginate(TableName=self.table, IndexName="due")
        return [item["pk"]["S"].removeprefix("THREAD#") for page in found for item in page["Items"]]

    def wake_all(self):
        """What the schedule does every minute; tests do not wait that long."""
        for thread in self.due():
            self.sqs.send_message(
                QueueUrl=self.stage.queue_pair("outbound").queue_url,
                MessageBody=json.dumps({"thread": thread}),
                MessageGroupId=secrets.token_hex(8),
                MessageDeduplicationId=secrets.token_hex(8),
            )

    def eventually(self, condition, *, seconds=PATIENCE_SECONDS):
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.2)


def webhook_text(phone, text):
    """A webhook with one message in it, as the person at `phone` would cause it."""
    message = {"from": phone, "id": f"wamid.{text}", "timestamp": str(int(time.time()))}
    message |= {"type": "text", "text": {"body": text}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "100000000000003"}}
    value["messages"] = [message]
    entry = {"id": "100000000000002", "changes": [{"field": "messages", "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry]}
