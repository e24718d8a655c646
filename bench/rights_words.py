"""How well requests in words are understood: recall and precision, language by language."""

from bench.results import Number, Section

_HEAD = "lang  asked  understood  recall  others  taken for one  precision"


def measure() -> Section:
    """(n) Aims: recall 80 % of what says nothing else, precision 99 %."""
    from tests.unit.rights.rights_sets import ASKED, score, total

    found = total([score(language) for language in ASKED])
    return Section(
        key="rights_words",
        title="(n) requests for data, deletion, correction in words",
        numbers=[
            Number(
                name="requests not understood", value=100 * (1 - found.recall), unit="%", target=20
            ),
            Number(name="filed for nothing", value=100 * (1 - found.precision), unit="%", target=1),
        ],
        notes=[f"{len(ASKED)} languages.", *report().splitlines()],
    )


def report() -> str:
    from tests.unit.rights.rights_sets import ASKED, Score, score, total

    scores = [score(language) for language in ASKED]

    def line(one: Score) -> str:
        return (
            f"{one.language:4}  {one.asked:5}  {one.found:10}  {one.recall:6.1%}  {one.other:6}"
            f"  {one.wrong:13}  {one.precision:9.1%}"
        )

    return "\n".join([_HEAD, *map(line, [*scores, total(scores)])])
