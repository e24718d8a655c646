"""pywa, a client no one here wrote, takes the sandbox for Meta: sending, errors, webhooks."""

import queue
import threading
from dataclasses import replace

import httpx
import pytest
from pywa import WhatsApp, errors, types
from pywa.types import templates
from pywa.types.sent_update import SentTemplateStatus
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from sandbox import Sandbox, SandboxConfig

NUMBER_ID = "106540352242922"
PHONE = "4915112345678"
SECRET = "secret-of-the-app"
CONFIG = SandboxConfig(
    app_secret=SECRET,
    verify_token="verify-me",
    access_token="token",
    waba_id="102290129340398",
    phone_number_ids={NUMBER_ID: "15550783881"},
)
ENGLISH = templates.TemplateLanguage.ENGLISH_US
PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
def sandbox():
    with Sandbox(CONFIG) as sandbox:
        yield sandbox


@pytest.fixture
def wa(sandbox):
    session = httpx.Client(trust_env=False)
    client = WhatsApp(
        phone_id=NUMBER_ID,
        token="token",
        session=session,
        waba_id=CONFIG.waba_id,
        app_secret=SECRET,
        verify_token="verify-me",
    )
    # pywa has no setting for the host, only for the version
    session.base_url = f"{sandbox.graph_url}{session.base_url.path}"
    yield client
    session.close()


@pytest.fixture
def open_wa(sandbox, wa):
    """The person has just written to the business."""
    sandbox.inbound(PHONE, text="Hello")
    return wa


def payloads(sandbox):
    return [message["payload"] for message in sandbox.accepted()]


def test_sends_text_with_a_tracker(open_wa, sandbox):
    sent = open_wa.send_message(to=PHONE, text="Hello", tracker="m_1", preview_url=True)

    assert sent.id == sandbox.accepted()[0]["wamid"]
    assert payloads(sandbox)[0]["biz_opaque_callback_data"] == "m_1"


def test_sends_an_image_by_link(open_wa, sandbox):
    open_wa.send_image(to=PHONE, image="https://example.com/a.png", caption="A")

    assert payloads(sandbox)[0]["image"] == {"link": "https://example.com/a.png", "caption": "A"}


def test_uploads_sends_downloads_and_deletes_media(open_wa, sandbox):
    media = open_wa.upload_media(PNG, mime_type="image/png", filename="a.png")
    open_wa.send_image(to=PHONE, image=media)
    found = open_wa.get_media_url(media.id)

    assert open_wa.get_media_bytes(found.url) == PNG
    assert found.file_size == len(PNG)
    assert payloads(sandbox)[0]["image"] == {"id": media.id}
    assert open_wa.delete_media(media.id)
    with pytest.raises(errors.WhatsAppError) as refused:
        open_wa.get_media_url(media.id)
    assert (refused.value.code, refused.value.subcode) == (100, 33)


def test_sends_voice_and_documents(open_wa, sandbox):
    open_wa.send_voice(to=PHONE, voice="https://example.com/a.ogg")
    open_wa.send_document(to=PHONE, document="https://example.com/a.pdf", filename="a.pdf")

    assert [payload["type"] for payload in payloads(sandbox)] == ["audio", "document"]


def test_sends_a_template(wa, sandbox):
    sent = wa.send_template(to=PHONE, name="hello_world", language=ENGLISH)

    assert sent.status == SentTemplateStatus.ACCEPTED
    assert payloads(sandbox)[0]["template"]["name"] == "hello_world"


def test_sends_buttons_and_lists(open_wa, sandbox):
    rows = [types.SectionRow(title="One", callback_data="1", description="The first")]
    sections = types.SectionList("Open", sections=[types.Section(title="All", rows=rows)])
    open_wa.send_message(to=PHONE, text="Well?", buttons=[types.Button("Yes", "yes")])
    open_wa.send_message(to=PHONE, text="Which?", header="Menu", footer="Bye", buttons=sections)
    open_wa.send_message(
        to=PHONE, text="Look", buttons=types.URLButton("Open", "https://example.com")
    )

    kinds = [payload["interactive"]["type"] for payload in payloads(sandbox)]
    assert kinds == ["button", "list", "cta_url"]


def test_sends_reactions_locations_and_contacts(open_wa, sandbox):
    name = types.Contact.Name(formatted_name="Amal", first_name="Amal")
    open_wa.send_reaction(to=PHONE, emoji="👍", message_id="wamid.x")
    open_wa.remove_reaction(to=PHONE, message_id="wamid.x")
    open_wa.send_location(to=PHONE, latitude=52.5, longitude=13.4, name="Here")
    open_wa.request_location(to=PHONE, text="Where?")
    open_wa.send_contact(to=PHONE, contact=types.Contact(name=name))

    kinds = [payload["type"] for payload in payloads(sandbox)]
    assert kinds == ["reaction", "reaction", "location", "interactive", "contacts"]


def test_marks_as_read_and_indicates_typing(wa, sandbox):
    wamid = sandbox.inbound(PHONE, text="Hello")

    assert wa.mark_message_as_read(wamid)
    assert wa.indicate_typing(wamid)
    assert [read["typing"] for read in sandbox.control.accepted()["reads"]] == [False, True]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (190, errors.ExpiredAccessToken),
        (10, errors.PermissionDenied),
        (4, errors.ToManyAPICalls),
        (130429, errors.RateLimitHit),
        (131056, errors.TooManyMessages),
        (131048, errors.SpamRateLimitHit),
        (131026, errors.MessageUndeliverable),
        (131047, errors.ReEngagementMessage),
        (131049, errors.MessageUndeliverableDueToHealthyEcosystemEngagement),
        (131050, errors.UserStoppedMarketingMessages),
        (131053, errors.MediaUploadError),
        (132001, errors.TemplateNotExists),
        (132015, errors.TemplatePaused),
        (131016, errors.ServiceUnavailable),
        (131042, errors.BusinessPaymentIssue),
        (368, errors.TemporarilyBlocked),
    ],
)
def test_errors_become_the_exceptions_pywa_has_for_them(open_wa, sandbox, code, expected):
    sandbox.fault("error", code=code)

    with pytest.raises(expected) as refused:
        open_wa.send_message(to=PHONE, text="Hello")

    assert refused.value.code == code
    assert refused.value.details
    assert refused.value.fbtrace_id


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (lambda wa: wa.send_message(to="+33612345678", text="Hi"), errors.ReEngagementMessage),
        (lambda wa: wa.send_message(to="+15550783881", text="Hi"), errors.RecipientCannotBeSender),
        (
            lambda wa: wa.send_template(to=PHONE, name="gone", language=ENGLISH),
            errors.TemplateNotExists,
        ),
        (
            lambda wa: wa.send_template(to=PHONE, name="appointment_reminder", language=ENGLISH),
            errors.TemplateParamCountMismatch,
        ),
        (
            lambda wa: wa.send_image(to=PHONE, image="https://example.com/a.webp"),
            errors.MediaUploadError,
        ),
        (
            lambda wa: wa.send_message(
                to=PHONE, text="?", buttons=[types.Button(str(n), str(n)) for n in range(4)]
            ),
            errors.InvalidParameter,
        ),
    ],
)
def test_what_meta_refuses_is_refused(open_wa, act, expected):
    with pytest.raises(expected):
        act(open_wa)


class PywaEndpoint:
    """A webhook that does nothing but what pywa does: its handshake, its check, its parsing."""

    def __init__(self, wa):
        self._wa = wa
        self.updates = queue.Queue()
        wa.on_message(lambda _, message: self.updates.put(message))
        wa.on_message_status(lambda _, status: self.updates.put(status))
        self._server = make_server("127.0.0.1", 0, self._app)
        self._server.log = lambda *_: None
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.port}/"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def next(self):
        return self.updates.get(timeout=5)

    def _app(self, environ, start_response):
        with Request(environ) as request:
            if request.method == "GET":
                token, challenge = request.args["hub.verify_token"], request.args["hub.challenge"]
                answer = self._wa.webhook_challenge_handler(token, challenge)
            else:
                raw, signature = request.get_data(), request.headers.get("X-Hub-Signature-256")
                answer = self._wa.webhook_update_validator(raw, signature)
                answer = answer or self._wa.webhook_update_handler(raw)
            return Response(*answer)(environ, start_response)


@pytest.fixture
def endpoint(wa, sandbox):
    with PywaEndpoint(wa) as endpoint:
        sandbox.control.webhook({"url": endpoint.url})
        yield endpoint


def test_pywa_accepts_the_signature_and_reads_the_message(endpoint, sandbox):
    wamid = sandbox.inbound(PHONE, name="Åsa", text="Grüße 😀 https://example.com/")

    message = endpoint.next()

    assert (message.id, message.text) == (wamid, "Grüße 😀 https://example.com/")
    assert (message.from_user.name, message.from_user.wa_id) == ("Åsa", PHONE)
    assert message.from_user.bsuid.startswith("DE.")
    assert sandbox.settle()
    assert [webhook["status"] for webhook in sandbox.webhooks()] == [200]


def test_pywa_refuses_what_another_secret_signed(wa, endpoint):
    forger = replace(CONFIG, app_secret="another", webhook_url=endpoint.url)
    with Sandbox(forger) as sandbox:
        sandbox.inbound(PHONE, text="Hello")
        assert sandbox.settle()
        (webhook,) = sandbox.webhooks()

    assert webhook["status"] == 403
    assert endpoint.updates.empty()


def test_pywa_reads_media_and_downloads_them(endpoint, sandbox):
    sandbox.inbound(PHONE, type="image", image={"caption": "A"})

    message = endpoint.next()

    assert message.caption == "A"
    assert message.image.get_bytes().endswith(b"sandbox image/jpeg")


def test_pywa_replies_by_user_id_and_follows_the_statuses(endpoint, sandbox):
    sandbox.inbound(PHONE, text="Hello")
    sent = endpoint.next().reply("Hello yourself", tracker="m_1")

    statuses = [endpoint.next() for _ in range(3)]

    assert sandbox.accepted()[0]["payload"]["recipient"].startswith("DE.")
    assert [status.status.value for status in statuses] == ["sent", "delivered", "read"]
    assert {status.id for status in statuses} == {sent.id}
    assert {status.tracker for status in statuses} == {"m_1"}
    assert statuses[0].pricing.category.value == "service"
    assert statuses[0].pricing.model.value == "PMP"


def test_pywa_knows_people_without_a_number(endpoint, sandbox):
    sandbox.control.inbound(
        {"user_id": "US.13491208655302741918", "username": "@amal", "text": "Hello"},
        sandbox.graph_url,
    )

    message = endpoint.next()

    assert (message.from_user.wa_id, message.from_user.username) == (None, "@amal")
    assert message.reply("Hello yourself").to == "US.13491208655302741918"
