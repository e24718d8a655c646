"""SQS in memory, as far as `amana redrive` uses it."""

import itertools

from botocore.exceptions import ClientError


class FakeSqs:
    """Hidden messages come back only with a new client: here, with the next receive."""

    def __init__(self, *, tasks=(), refusal=""):
        self.queues = {"queue": [], "dlq": []}
        self.task = None
        self._tasks = list(tasks)
        self._refusal = refusal or ("" if tasks else "InvalidAction")
        self._ids = itertools.count(1)
        self._deadly = {}
        self._bounce = None

    def put(self, queue, body, *, attributes=None, system=None):
        number = next(self._ids)
        message = {"MessageId": f"id-{number}", "ReceiptHandle": f"handle-{number}", "Body": body}
        message["Attributes"] = system or {}
        if attributes:
            message["MessageAttributes"] = attributes
        self.queues[queue].append(message)

    def die_before(self, method, *, call):
        self._deadly[method] = call

    def returns_to(self, queue):
        self._bounce = queue

    def start_message_move_task(self, **arguments):
        if self._refusal:
            error = {"Error": {"Code": self._refusal, "Message": ""}}
            raise ClientError(error, "StartMessageMoveTask")
        self.task = arguments

    def list_message_move_tasks(self, **_):
        status, moved = self._tasks.pop(0)
        return {"Results": [{"Status": status, "ApproximateNumberOfMessagesMoved": moved}]}

    def get_queue_attributes(self, *, QueueUrl, AttributeNames):  # noqa: N803 - boto3's names
        values = {
            "QueueArn": f"arn:{QueueUrl}",
            "ApproximateNumberOfMessages": str(len(self.queues[QueueUrl])),
        }
        return {"Attributes": {name: values[name] for name in AttributeNames if name in values}}

    def receive_message(self, *, QueueUrl, MaxNumberOfMessages, **_):  # noqa: N803 - boto3's names
        messages = self.queues[QueueUrl][:MaxNumberOfMessages]
        return {"Messages": messages} if messages else {}

    def send_message(self, *, QueueUrl, MessageBody, **extra):  # noqa: N803 - boto3's names
        self._count("send_message")
        system = {
            name: extra[name]
            for name in ("MessageGroupId", "MessageDeduplicationId")
            if name in extra
        }
        for name, value in extra.get("MessageSystemAttributes", {}).items():
            system[name] = value["StringValue"]
        target = self._bounce or QueueUrl
        self.put(target, MessageBody, attributes=extra.get("MessageAttributes"), system=system)

    def delete_message(self, *, QueueUrl, ReceiptHandle):  # noqa: N803 - boto3's names
        self._count("delete_message")
        kept = [each for each in self.queues[QueueUrl] if each["ReceiptHandle"] != ReceiptHandle]
        self.queues[QueueUrl] = kept

    def _count(self, method):
        if method in self._deadly:
            self._deadly[method] -= 1
            if self._deadly[method] == 0:
                del self._deadly[method]
                raise KeyboardInterrupt
