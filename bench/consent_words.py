"""How well opt-outs are understood: recall and precision, language by language."""

from bench.results import Number, Section

_HEAD = (
    "lang  opt-outs  at once  recall  others  asked  precision  at once"
    "   held out: recall  precision"
)


def measure() -> Section:
    """(l) Aims: recall 95 %, precision 90 %, of exact words 100 %."""
    from tests.unit.consent.consent_sets import HELD_OUT, LANGUAGES, PARTS, score, total

    seen = total([score(language) for language in LANGUAGES])
    held_out = total([score(language, (HELD_OUT,)) for language in LANGUAGES])

    def missed(name: str, one: float, target: float) -> Number:
        return Number(name=name, value=100 * (1 - one), unit="%", target=target)

    return Section(
        key="consent_words",
        title="(l) opt-outs in words: what is missed, and what is taken for one",
        numbers=[
            missed("opt-outs not understood", seen.recall, 5),
            missed("not understood, in wordings the lists had not seen", held_out.recall, 5),
            missed("asked about or withdrawn for nothing", seen.precision, 10),
            missed("the same, in wordings not seen", held_out.precision, 10),
            Number(
                name="withdrawn at once for nothing",
                value=seen.exact_wrong,
                unit="messages",
                target=0,
                hard=True,
            ),
        ],
        notes=[f"{len(LANGUAGES)} languages, {len(PARTS)} parts.", *report().splitlines()],
    )


def report() -> str:
    """A table. Asked: others that we would ask about; the second precision is of what is at once.

    The lists were corrected by all parts of the sets but the held-out one.
    """
    from tests.unit.consent.consent_sets import HELD_OUT, LANGUAGES, SEEN, Score, score, total

    seen = [score(language, SEEN) for language in LANGUAGES]
    new = [score(language, (HELD_OUT,)) for language in LANGUAGES]
    rows = [*zip(seen, new, strict=True), (total(seen), total(new))]

    def line(one: Score, held: Score) -> str:
        at_once = one.exact / max(1, one.exact + one.exact_wrong)
        return (
            f"{one.language:4}  {one.stop:8}  {one.exact:7}  {one.recall:6.1%}  {one.other:6}"
            f"  {one.wrong:5}  {one.precision:9.1%}  {at_once:7.1%}"
            f"             {held.recall:6.1%}  {held.precision:9.1%}"
        )

    return "\n".join([_HEAD, *(line(*row) for row in rows)])
