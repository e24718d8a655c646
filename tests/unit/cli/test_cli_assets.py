"""The functions' archives for the emulator: found in the assembly, packed as they are."""

import io
import json
import zipfile

from cli.local.assets import archives, stored_zip


def test_functions_are_found_under_the_key_that_the_cli_looks_for(tmp_path):
    files = {
        "abc": {
            "source": {"path": "asset.abc", "packaging": "zip"},
            "destinations": {"here": {"bucketName": "b", "objectKey": "abc.zip"}},
        },
        "def": {
            "source": {"path": "stack.template.json", "packaging": "file"},
            "destinations": {"here": {"bucketName": "b", "objectKey": "def.json"}},
        },
    }
    (tmp_path / "stack.assets.json").write_text(json.dumps({"files": files}))

    (archive,) = archives(tmp_path)

    assert (archive.folder, archive.key) == (tmp_path / "asset.abc", "abc.zip")


def test_an_archive_holds_every_file_under_its_own_path(tmp_path):
    (tmp_path / "functions" / "inbound").mkdir(parents=True)
    (tmp_path / "functions" / "inbound" / "handler.py").write_text("code")
    (tmp_path / "data.toml").write_text("value = 1")

    with zipfile.ZipFile(io.BytesIO(stored_zip(tmp_path))) as archive:
        assert archive.namelist() == ["data.toml", "functions/inbound/handler.py"]
        assert archive.read("functions/inbound/handler.py") == b"code"


def test_the_same_files_make_the_same_archive(tmp_path):
    (tmp_path / "handler.py").write_text("code")

    assert stored_zip(tmp_path) == stored_zip(tmp_path)
