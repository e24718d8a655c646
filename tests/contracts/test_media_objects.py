"""Objects in pieces: the fake and S3 (moto) through one suite; multipart uploads besides."""

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from functions.core.media.errors import MissingObjectError
from functions.core.media.objects import S3Objects
from functions.core.runtime.errors import StoreUnavailableError
from tests.fakes.media import MemoryObjects

MIB = 1024 * 1024
PART = 5 * MIB
NAME = "media/f_x"
LOCATION = {"LocationConstraint": "eu-central-1"}


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="media", CreateBucketConfiguration=LOCATION)
        yield client


@pytest.fixture(params=["memory", "s3"])
def objects(request):
    if request.param == "memory":
        return MemoryObjects()
    return S3Objects(request.getfixturevalue("s3"), "media", part_bytes=PART)


def data_of(size):
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def put(objects, data, *, once=True, piece=700_000):
    with objects.writing(NAME, once=once) as out:
        for at in range(0, len(data), piece):
            out.write(data[at : at + piece])
        out.commit()


def whole(objects):
    return b"".join(objects.pieces(NAME, 0))


@pytest.mark.parametrize("size", [0, 1, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 5])
def test_what_was_written_can_be_read(objects, size):
    data = data_of(size)
    put(objects, data)
    if size:
        assert whole(objects) == data


def test_a_range_is_read(objects):
    put(objects, data_of(1000))
    assert objects.read(NAME, 10, 19) == data_of(1000)[10:20]
    assert objects.read(NAME, 990, 5000) == data_of(1000)[990:]
    assert b"".join(objects.pieces(NAME, 400)) == data_of(1000)[400:]


@pytest.mark.parametrize("size", [10, PART + 10])
def test_what_is_there_once_stays(objects, size):
    put(objects, b"first" + data_of(size))
    put(objects, b"second" + data_of(size))
    assert whole(objects).startswith(b"first")


def test_what_may_be_replaced_is(objects):
    put(objects, b"first", once=False)
    put(objects, b"second", once=False)
    assert whole(objects) == b"second"


@pytest.mark.parametrize("size", [10, PART + 10])
def test_without_commit_nothing_is_there(objects, size):
    with objects.writing(NAME, once=True) as out:
        out.write(data_of(size))
    with pytest.raises(MissingObjectError):
        objects.read(NAME, 0, 10)


def fails_on_the_way(objects):
    with objects.writing(NAME, once=True) as out:
        out.write(data_of(2 * PART))
        raise RuntimeError


def test_a_failure_while_writing_leaves_nothing(objects):
    with pytest.raises(RuntimeError):
        fails_on_the_way(objects)
    with pytest.raises(MissingObjectError):
        list(objects.pieces(NAME, 0))


def test_what_is_deleted_is_gone_and_deleting_again_is_harmless(objects):
    put(objects, b"x")
    objects.delete(NAME)
    objects.delete(NAME)
    with pytest.raises(MissingObjectError):
        objects.read(NAME, 0, 0)


def test_what_is_erased_is_gone_and_its_neighbours_are_not(objects):
    put(objects, b"x")
    with objects.writing(f"{NAME}y", once=True) as out:
        out.write(b"neighbour")
        out.commit()
    objects.erase(NAME)
    objects.erase(NAME)
    with pytest.raises(MissingObjectError):
        objects.read(NAME, 0, 0)
    assert objects.read(f"{NAME}y", 0, 8) == b"neighbour"


# --- S3 alone ------------------------------------------------------------------------------------


def unfinished(s3):
    return s3.list_multipart_uploads(Bucket="media").get("Uploads", [])


def test_no_multipart_upload_is_left_behind(s3):
    objects = S3Objects(s3, "media", part_bytes=PART)
    with objects.writing(NAME, once=True) as out:
        out.write(data_of(2 * PART + 1))
        assert len(unfinished(s3)) == 1
    assert unfinished(s3) == []
    put(objects, b"there already")
    put(objects, data_of(2 * PART + 1))
    assert unfinished(s3) == []


def test_a_part_that_s3_refuses_is_an_error_and_the_rest_is_swept(s3, monkeypatch):
    objects = S3Objects(s3, "media", part_bytes=PART)

    def refused(**_request):
        error = {"Error": {"Code": "SlowDown", "Message": "canary"}}
        raise ClientError(error, "UploadPart")

    monkeypatch.setattr(s3, "upload_part", refused)
    with (
        pytest.raises(StoreUnavailableError) as caught,
        objects.writing(NAME, once=True) as out,
    ):
        out.write(data_of(PART))
    assert "canary" not in str(caught.value)
    assert unfinished(s3) == []


def test_parts_have_the_size_that_was_chosen(s3, monkeypatch):
    sizes = []
    real = s3.upload_part

    def noted(**request):
        sizes.append(len(request["Body"]))
        return real(**request)

    monkeypatch.setattr(s3, "upload_part", noted)
    put(S3Objects(s3, "media", part_bytes=PART), data_of(2 * PART + 7), piece=64 * 1024)
    assert sizes == [PART, PART, 7]


def test_a_small_object_is_one_request(s3, monkeypatch):
    monkeypatch.setattr(s3, "create_multipart_upload", None)
    put(S3Objects(s3, "media", part_bytes=PART), data_of(PART - 1))


def test_no_version_of_what_is_erased_is_left(s3):
    s3.put_bucket_versioning(Bucket="media", VersioningConfiguration={"Status": "Enabled"})
    objects = S3Objects(s3, "media", part_bytes=PART)
    for data in (b"one", b"two"):
        put(objects, data, once=False)
    objects.delete(NAME)
    objects.erase(NAME)
    left = s3.list_object_versions(Bucket="media")
    assert "Versions" not in left
    assert "DeleteMarkers" not in left
