from sandbox.wire import encode, sign


def test_signs_as_the_published_vector_says():
    raw = b'{"object":"whatsapp_business_account","entry":[]}'

    signature = sign("test_app_secret", raw)

    assert signature == ("sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756")


def test_escapes_non_ascii_and_slashes_as_meta_does():
    raw = encode({"text": "Grüße 😀 https://example.com/a"})

    assert raw == (rb'{"text":"Gr\u00fc\u00dfe \ud83d\ude00 https:\/\/example.com\/a"}')
