"""What a page of results says, in a handful of sentences computed from the results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from flow_synth.claim import Judged
from flow_synth.cost import Cost
from flow_synth.labelled_table import BASELINE_LABELS, SHORT_LABELS, LabelledTable
from flow_synth.metric import Measure
from flow_synth.paper_table import EPOCHS
from flow_synth.results import Results, TargetSet
from flow_synth.results_claims import counted
from flow_synth.score import Method

#: Where more models than these have something in common they are counted, not named.
MOST_NAMED = 3
_PLACES = {TargetSet.TEST: "on held-out presets", TargetSet.OUT_OF_DOMAIN: "out of domain"}
_MEDIAN = BASELINE_LABELS[Method.MEDIAN]
_NN16 = BASELINE_LABELS[Method.NN16]
_NEIGHBOURS = (_NN16, BASELINE_LABELS[Method.NN1])

#: One of the columns of a table.
Column = tuple[LabelledTable, Measure]


def what_it_says(
    results: Results, tables: Sequence[LabelledTable], judged: Sequence[Judged]
) -> str:
    """Bullets; what there are no results of is left out."""
    trained = [one for one in tables if one.models]
    found = [
        *_budget(results.costs),
        *_varied(trained),
        f"**The paper's claims.** {counted(judged)}",
        *_retrieval(trained),
        *_models(trained),
        *_median([one for one in trained if _MEDIAN in one.rows]),
    ]
    return "\n".join([_INTRODUCTION, "", *(f"- {text}" for text in found)])


def _budget(costs: Mapping[tuple[str, str], Sequence[Cost]]) -> Iterator[str]:
    """Sizes and epochs; the datasets that have the same epochs together."""
    by_dataset: dict[str, list[Cost]] = defaultdict(list)
    for (dataset, _), found in sorted(costs.items()):
        by_dataset[dataset] += found
    epochs = {name: _range(cost.epochs for cost in found) for name, found in by_dataset.items()}
    texts = [
        f"{_and(datasets)}: {number} epochs, "
        f"{_range(cost.n_parameters for name in datasets for cost in by_dataset[name])} trained "
        "parameters a model"
        for number, datasets in _alike(epochs).items()
    ]
    if not texts:
        return
    is_less = any(cost.epochs < EPOCHS for found in costs.values() for cost in found)
    yield f"**The budget.** {'; '.join(texts)}. {_OWN}{_LESS if is_less else ''}"


def _varied(trained: Sequence[LabelledTable]) -> Iterator[str]:
    """Rotations and seeds; the datasets that have the same together."""
    if not trained:
        return
    runs = {}
    for dataset, tables in groupby(trained, lambda one: one.table.dataset):
        rows = [row for one in tables for row in one.models.values()]
        rotations, seeds = ({n for row in rows for n in getattr(row, of)} for of in _RUNS)
        runs[dataset] = f"{_numbers('rotation', rotations)}, {_numbers('seed', seeds)}"
    texts = [f"{_and(datasets)}: {run}" for run, datasets in _alike(runs).items()]
    yield f"**What was varied.** {'; '.join(texts)}. {_VARIED}"


def _retrieval(trained: Sequence[LabelledTable]) -> Iterator[str]:
    """Where neighbours err less than every model, and where every model errs less than they."""
    found = {name: _neighbour(trained, name) for name in _NEIGHBOURS}
    for text, names in _alike({name: text for name, text in found.items() if text}).items():
        yield f"**Retrieval without any model** ({_and(names)}) {text}"


def _neighbour(trained: Sequence[LabelledTable], name: str) -> str:
    signs = {
        (one, measure): {one.sign(name, model, measure) for model in one.models}
        for one in trained
        if name in one.rows
        for measure in one.tested
    }
    if not signs:
        return ""
    wins, loses = (
        _columns(signs, [column for column, found in signs.items() if found == {sign}])
        for sign in (-1, 1)
    )
    return f"is nearer than every model {wins}; every model is nearer than it {loses}."


def _columns(among: Iterable[Column], chosen: Iterable[Column]) -> str:
    """Measure by measure, in which tables of all that have it."""
    every, mine = _titles(among), _titles(chosen)
    texts = [
        f"in {SHORT_LABELS[measure]} "
        + ("everywhere" if titles == every[measure] else f"({'; '.join(titles)})")
        for measure, titles in mine.items()
    ]
    return _and(texts) if texts else "nowhere"


def _titles(columns: Iterable[Column]) -> dict[Measure, list[str]]:
    found = defaultdict(list)
    for one, measure in columns:
        found[measure].append(one.title)
    return found


def _models(trained: Sequence[LabelledTable]) -> Iterator[str]:
    """By dataset, its best models; of a single one, how it compares with retrieval."""
    for dataset, found in groupby(trained, lambda one: one.table.dataset):
        tables = list(found)
        names = {name for one in tables for name in one.models}
        if len(names) > 1:
            texts = [f"{_PLACES[one.table.targets]}, {_best(one)}" for one in tables]
            yield f"**{dataset}**, its best models: {'; '.join(texts)}."
        elif all(_NN16 in one.rows for one in tables):
            (name,) = names
            texts = [f"{_PLACES[one.table.targets]}, {_beside(one, name)}" for one in tables]
            yield f"**{dataset}**, its one model {name} beside {_NN16}: {'; '.join(texts)}."


def _best(one: LabelledTable) -> str:
    return ", ".join(_best_in(one, measure) for measure in one.tested)


def _best_in(one: LabelledTable, measure: Measure) -> str:
    best, *others = [name for name in one.ranked(measure) if name in one.models]
    untold = [other for other in others if one.sign(best, other, measure) != -1]
    told = f"not told from {_named(untold, len(others))}" if untold else "told from all others"
    return f"{best} in {SHORT_LABELS[measure]} ({told})"


def _beside(one: LabelledTable, name: str) -> str:
    """In what a model errs less than NN16, more, and neither."""
    by_sign = defaultdict(list)
    for measure in one.tested:
        by_sign[one.sign(name, _NN16, measure) or 0].append(SHORT_LABELS[measure])
    return ", ".join(
        f"{words} in {_and(by_sign[sign])}" for sign, words in _SIDES.items() if by_sign[sign]
    )


def _median(tables: Sequence[LabelledTable]) -> Iterator[str]:
    """Which models are no nearer than a preset that is always the same."""
    if not tables:
        return
    found = {one.title: _beaten(one) for one in tables}
    texts = [f"{title}: {', '.join(beaten)}" for title, beaten in found.items() if beaten]
    yield (
        f"**No nearer than the {_MEDIAN}**, which hears nothing, as far as can be told: "
        f"{'; '.join(texts) or 'no model'}."
    )


def _beaten(one: LabelledTable) -> list[str]:
    texts = []
    for measure in one.tested:
        signs = {name: one.sign(name, _MEDIAN, measure) for name in one.models}
        untold = [name for name, sign in signs.items() if sign != -1]
        n_worse = sum(sign == 1 for sign in signs.values())
        worse = f" ({n_worse} of them err more)" if n_worse else ""
        if untold:
            texts.append(f"{_named(untold, len(signs))} in {SHORT_LABELS[measure]}{worse}")
    return texts


def _named(names: Sequence[str], n_all: int) -> str:
    return _and(names) if len(names) <= MOST_NAMED else f"{len(names)} of {n_all}"


def _alike(found: Mapping[str, str]) -> dict[str, list[str]]:
    """What is found, and of which it is."""
    names = defaultdict(list)
    for name, value in found.items():
        names[value].append(name)
    return names


def _numbers(name: str, numbers: Iterable[int]) -> str:
    found = sorted(numbers)
    return f"{name}{'s' * (len(found) > 1)} {_and([str(number) for number in found])}"


def _range(numbers: Iterable[int]) -> str:
    found = sorted(set(numbers))
    return " to ".join(f"{number:,}" for number in dict.fromkeys((found[0], found[-1])))


def _and(texts: Sequence[str]) -> str:
    """A list as a sentence has it."""
    *before, last = texts
    return f"{', '.join(before)} and {last}" if before else last


_INTRODUCTION = (
    "MSE_n compares presets, the other measures sounds; what rows and measures are is said "
    "[below](#rows-and-measures). *Nearer* and *told* mean what the tables of real differences "
    "show: paired bootstrap, corrected for all pairs, and no rotation that contradicts."
)
_RUNS = ("rotations", "seeds")
_SIDES = {-1: "errs less", 1: "errs more", 0: "cannot be told from it"}

_OWN = "A run that starts from what another has learnt counts only its own."
_LESS = (
    f" The paper trains for {EPOCHS} epochs, and the grid for two CPU cores has a quarter of the "
    "width of its networks, too ([how to make it again](#how-to-make-it-again))."
)
_VARIED = (
    "Where one seed or one rotation is named it was not varied: its spread is a dash. How much "
    "chance moves a training is in no interval here; that rotations must agree is a small guard."
)
