"""The classes stand as Meta's table has them: a change here is a change of behaviour."""

import pytest

from functions.core.runtime.policies import load
from functions.core.whatsapp.graph_errors import ErrorClass, guidance

TABLE = {
    ErrorClass.RETRY: [2, 131000, 131016, 133004, 134101],
    ErrorClass.SLOW_DOWN_WABA: [4, 80007],
    ErrorClass.SLOW_DOWN_NUMBER: [130429, 131057, 133015, 133016],
    ErrorClass.SLOW_DOWN_PAIR: [131056],
    ErrorClass.SLOW_DOWN_ALARM: [131048, 131064],
    ErrorClass.LATER_MARKETING: [131049],
    ErrorClass.STOP_CHANNEL: [
        *(0, 3, 10, 190, 200, 250, 299, 368),
        *(131005, 131031, 131037, 131042, 131045, 133010),
    ],
    ErrorClass.NEEDS_TEMPLATE: [131047],
    ErrorClass.RECIPIENT_PERMANENT: [130472, 130497, 131021, 131026, 131030, 131062, 131063],
    ErrorClass.OPTED_OUT: [131050],
    ErrorClass.IDENTITY_CHANGED: [137000],
    ErrorClass.FIX_REQUEST: [
        *(1, 33, 100, 131008, 131009, 131051, 131055),
        *(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 132068, 132069),
        *(134011, 134100, 134102, 135000),
    ],
    ErrorClass.MEDIA: [131052, 131053],
    ErrorClass.COEXISTENCE: [131035, 131036, 131060, 2593107, 2593108, 2593109],
    ErrorClass.UNKNOWN: [5, 199, 300, 999_999],
}


@pytest.mark.parametrize(
    ("code", "expected"), [(code, each) for each, codes in TABLE.items() for code in codes]
)
def test_a_code_has_the_class_of_metas_table(code, expected):
    assert guidance(code).error_class is expected


@pytest.mark.parametrize(
    ("code", "seconds"),
    [(131057, 300), (134101, 600), (133015, 300), (133016, 259_200), (131049, 86_400)],
)
def test_a_code_with_a_waiting_time_waits_that_long(code, seconds):
    assert guidance(code).delay_seconds == seconds


def test_no_code_stands_in_two_classes():
    listed = [
        code
        for entry in load("graph_errors")["classes"].values()
        for span in entry["codes"]
        for code in (range(span[0], span[1] + 1) if isinstance(span, list) else [span])
    ]

    assert len(listed) == len(set(listed))


def test_every_class_is_listed_and_known():
    listed = {ErrorClass(name) for name in load("graph_errors")["classes"]}

    assert listed == set(ErrorClass) - {ErrorClass.UNKNOWN}


def test_every_exceptional_delay_belongs_to_a_listed_code():
    delays = load("graph_errors")["delays"]

    assert all(guidance(int(code)).error_class is not ErrorClass.UNKNOWN for code in delays)
