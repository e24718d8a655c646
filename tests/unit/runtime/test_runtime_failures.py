import pytest
from botocore.exceptions import ClientError, ParamValidationError

from functions.core.runtime.errors import StoreUnavailableError
from functions.core.runtime.failures import as_unavailable

CANARY = "canary-4711"


def test_an_aws_refusal_is_retryable_and_names_operation_and_code():
    refusal = ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "Send")

    with pytest.raises(StoreUnavailableError) as caught, as_unavailable("enqueueing"):
        raise refusal

    assert str(caught.value) == "enqueueing: ThrottlingException"
    assert caught.value.retryable
    assert caught.value.__cause__ is refusal


def test_values_quoted_by_botocore_do_not_travel_with_the_error():
    with pytest.raises(StoreUnavailableError) as caught, as_unavailable("enqueueing"):
        raise ParamValidationError(report=CANARY)

    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
