"""Webhooks over TLS: only to an endpoint whose certificate the sandbox was told to trust."""

import datetime as dt
import ipaddress
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from sandbox import Sandbox, SandboxConfig


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that only its own file vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


@pytest.fixture
def endpoint(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    server = make_server("127.0.0.1", 0, Response("taken"), ssl_context=context)
    server.log = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"https://127.0.0.1:{server.port}/webhook"
    server.shutdown()
    thread.join()


def outcome(endpoint, ca_bundle):
    config = SandboxConfig(
        app_secret="a",
        verify_token="b",
        access_token="c",
        waba_id="1",
        phone_number_ids={"2": "15550783881"},
        webhook_url=endpoint,
        ca_bundle=ca_bundle,
    )
    with Sandbox(config) as sandbox:
        sandbox.inbound("+4915112345678", text="Hello")
        assert sandbox.settle()
        (webhook,) = sandbox.webhooks()
    return webhook["status"], webhook["error"]


def test_a_trusted_certificate_gets_the_webhook(endpoint, certificate):
    assert outcome(endpoint, str(certificate / "cert.pem")) == (200, None)


def test_an_unknown_certificate_gets_nothing(endpoint):
    assert outcome(endpoint, None) == (None, "SSLError")
