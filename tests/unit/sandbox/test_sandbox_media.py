import base64
import hashlib
import io

import pytest
from sandbox_bench import NUMBER_ID, OTHER_NUMBER_ID, value_of

PNG = b"\x89PNG\r\n\x1a\n and more"
ANIMATED = b"RIFF....WEBPVP8X....\x02"


def upload(bench, data=PNG, mime_type="image/png", product="whatsapp"):
    form = {"file": (io.BytesIO(data), "file", mime_type), "type": mime_type}
    if product:
        form["messaging_product"] = product
    return bench.call("POST", f"/v26.0/{NUMBER_ID}/media", data=form)


def local(url):
    return url.removeprefix("http://localhost")


def test_uploaded_media_can_be_found_and_downloaded(bench):
    media_id = upload(bench).json["id"]

    fields = bench.call("GET", f"/v26.0/{media_id}").json
    download = bench.call("GET", local(fields.pop("url")))

    assert fields == {
        "messaging_product": "whatsapp",
        "mime_type": "image/png",
        "sha256": hashlib.sha256(PNG).hexdigest(),
        "file_size": len(PNG),
        "id": media_id,
    }
    assert (download.data, download.mimetype) == (PNG, "image/png")


def test_uploaded_media_can_be_sent(open_bench):
    media_id = upload(open_bench).json["id"]

    assert open_bench.send(type="image", image={"id": media_id}).status_code == 200


def test_media_of_another_type_cannot_be_sent_as_image(open_bench):
    media_id = upload(open_bench, mime_type="audio/ogg").json["id"]

    response = open_bench.send(type="image", image={"id": media_id})

    assert response.json["error"]["code"] == 131053


def test_any_media_can_be_sent_as_document(open_bench):
    media_id = upload(open_bench).json["id"]

    assert open_bench.send(type="document", document={"id": media_id}).status_code == 200


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"mime_type": "text/csv"}, 100, "Received file of type 'text/csv'"),
        ({"product": None}, 100, "The parameter messaging_product is required."),
        ({"data": b"x" * 102401, "mime_type": "image/webp"}, 131053, "sticker"),
    ],
)
def test_uploads_are_checked(bench, options, code, words):
    error = upload(bench, **options).json["error"]

    assert error["code"] == code
    assert words in error["message"] + str(error.get("error_data"))


def test_an_image_may_have_no_more_than_its_limit(bench):
    limits = {"media": {"image": {"bytes": len(PNG) - 1, "types": ["image/png"]}}}
    bench.control("POST", "limits", limits)

    assert upload(bench).json["error"]["code"] == 131053


def test_an_animated_sticker_may_be_larger(bench):
    assert upload(bench, ANIMATED + b"x" * 200000, "image/webp").status_code == 200


def test_an_upload_without_file_is_refused(bench):
    response = bench.call(
        "POST", f"/v26.0/{NUMBER_ID}/media", data={"messaging_product": "whatsapp"}
    )

    assert response.json["error"]["message"] == "(#100) The parameter file is required."


def test_a_download_needs_the_token(bench):
    url = local(bench.call("GET", f"/v26.0/{upload(bench).json['id']}").json["url"])

    assert bench.call("GET", url, token=None).status_code == 401


def test_a_download_link_lives_five_minutes_and_can_be_had_again(bench):
    media_id = upload(bench).json["id"]
    old = local(bench.call("GET", f"/v26.0/{media_id}").json["url"])
    bench.sandbox.advance(301)
    new = local(bench.call("GET", f"/v26.0/{media_id}").json["url"])

    assert bench.call("GET", old).status_code == 404
    assert bench.call("GET", new).status_code == 200


@pytest.mark.parametrize(
    ("old", "new"), [("hash=", "hash=0"), ("ext=", "ext=9"), ("ext=", "ext=x")]
)
def test_a_link_that_was_tampered_with_leads_nowhere(bench, old, new):
    url = local(bench.call("GET", f"/v26.0/{upload(bench).json['id']}").json["url"])

    assert bench.call("GET", url.replace(old, new)).status_code == 404


def test_uploads_are_gone_after_30_days(bench):
    media_id = upload(bench).json["id"]
    bench.sandbox.advance(30 * 86400)

    assert bench.call("GET", f"/v26.0/{media_id}").json["error"]["error_subcode"] == 33


def test_deleted_media_are_gone(bench):
    media_id = upload(bench).json["id"]

    assert bench.call("DELETE", f"/v26.0/{media_id}").json == {"success": True}
    assert bench.call("GET", f"/v26.0/{media_id}").status_code == 400


def test_media_of_one_number_are_not_shown_to_another(bench):
    path = f"/v26.0/{upload(bench).json['id']}?phone_number_id="

    assert bench.call("GET", path + NUMBER_ID).status_code == 200
    assert "not a valid" in bench.call("GET", path + OTHER_NUMBER_ID).json["error"]["message"]


def test_received_media_can_be_downloaded_for_seven_days(bench):
    data = base64.b64encode(PNG).decode()
    bench.writes(type="image", image={"data_base64": data, "mime_type": "image/png"})
    (body,) = bench.deliver()

    image = value_of(body)["messages"][0]["image"]
    found = bench.call("GET", f"/v26.0/{image['id']}")
    bench.sandbox.advance(7 * 86400)

    assert base64.b64decode(image["sha256"]) == hashlib.sha256(PNG).digest()
    assert found.json["file_size"] == len(PNG)
    assert bench.call("GET", f"/v26.0/{image['id']}").status_code == 400


def test_received_media_without_bytes_get_some(bench):
    bench.writes(type="audio", audio={"voice": True})
    (body,) = bench.deliver()

    audio = value_of(body)["messages"][0]["audio"]
    assert (audio["mime_type"], audio["voice"]) == ("audio/ogg", True)
    assert bench.call("GET", f"/v26.0/{audio['id']}").status_code == 200


def test_bytes_that_are_no_base64_are_refused(bench):
    message = {"from": "+4915112345678", "type": "image", "image": {"data_base64": "%"}}

    assert "base64" in bench.control("POST", "inbound", message).json["error"]
