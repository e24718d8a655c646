"""Nothing is stored or sent in clear, and every key belongs to the customer."""


def test_every_queue_uses_a_customer_managed_key_and_refuses_plain_http(prod):
    queues = prod.of_type("AWS::SQS::Queue")
    guarded = {
        prod.name_of(queue)
        for policy in prod.of_type("AWS::SQS::QueuePolicy")
        for queue in policy.properties["Queues"]
        if _denies_plain_http(policy)
    }
    for queue in queues:
        assert "KmsMasterKeyId" in queue.properties, queue
        assert f"<{queue.id[:-8]}>" in guarded, queue


def test_every_log_group_is_encrypted_with_the_operations_key_and_ends(prod):
    for group in prod.of_type("AWS::Logs::LogGroup"):
        assert "KeysOperations" in prod.name_of(group.properties["KmsKeyId"]), group
        assert group.properties["RetentionInDays"], group


def test_every_bucket_is_private_versioned_and_tls_only(prod):
    denying = {
        prod.name_of(policy.properties["Bucket"])
        for policy in prod.of_type("AWS::S3::BucketPolicy")
        if _denies_plain_http(policy)
    }
    for bucket in prod.of_type("AWS::S3::Bucket"):
        assert all(bucket.properties["PublicAccessBlockConfiguration"].values()), bucket
        assert bucket.properties["VersioningConfiguration"] == {"Status": "Enabled"}, bucket
        assert f"<{bucket.id[:-8]}>" in denying, bucket


def test_buckets_with_content_use_customer_managed_keys_and_write_access_logs(prod):
    for bucket in prod.of_type("AWS::S3::Bucket"):
        if bucket.id.startswith("Logs"):
            continue
        (rule,) = bucket.properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms", bucket
        assert "LoggingConfiguration" in bucket.properties, bucket


def test_every_secret_is_under_a_customer_managed_key_with_a_random_placeholder(prod):
    secrets = prod.of_type("AWS::SecretsManager::Secret")
    generated = {
        each.properties["Name"]: each.properties["GenerateSecretString"]["GenerateStringKey"]
        for each in secrets
    }
    assert generated == {
        "amana/prod/meta": "app_secret",
        "amana/prod/access-token": "access_token",
        "amana/prod/pseudonym": "key",
    }
    for each in secrets:
        assert "KmsKeyId" in each.properties, each
        assert "SecretString" not in each.properties, each


def test_the_placeholder_of_the_verify_token_is_not_in_the_template(prod):
    (meta,) = [s for s in prod.of_type("AWS::SecretsManager::Secret") if s.id.startswith("Meta")]
    template = meta.properties["GenerateSecretString"]["SecretStringTemplate"]
    assert "AWS::StackId" in str(template)


def test_every_key_waits_thirty_days_before_it_is_deleted_and_rotates_where_kms_rotates(prod):
    keys = prod.of_type("AWS::KMS::Key")
    assert [key.properties["PendingWindowInDays"] for key in keys] == [30] * 4
    rotating = [key.id[:-8] for key in keys if key.properties.get("EnableKeyRotation")]
    # no asymmetric key rotates by itself
    signing = [key.id[:-8] for key in keys if "KeySpec" in key.properties]
    assert sorted(rotating) == ["KeysData", "KeysOperations", "KeysTransit"]
    assert signing == ["SigningKey"]


def _denies_plain_http(policy):
    return any(
        statement["Effect"] == "Deny"
        and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in policy.properties["PolicyDocument"]["Statement"]
    )
