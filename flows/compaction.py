"""The parts of a release -> which of them are merged, so that their number grows with the documents, not the runs.

Parts are sorted into classes by powers of ten of their documents. As soon as a class has ten they become one of the
next, so that a document is written anew a few times in all, however many runs follow (a log-structured merge). A part
of a usual batch is large enough, and is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

_CLASS = 10
"""So many parts of a class are merged, and a class has parts of up to so many times the documents of the one before."""


def due(documents: Mapping[str, int], enough: int) -> Iterator[frozenset[str]]:
    """Yield the groups of parts that a run merges, given each part's documents; parts of ``enough`` stay.

    >>> small = {f"part-{n:02}": 3 for n in range(12)}
    >>> [len(group) for group in due(small | {"part-large": 5000}, enough=1000)]
    [12]
    >>> [len(group) for group in due({f"part-{n:02}": 300 for n in range(25)}, enough=1000)]
    [12, 13]
    """
    classes: dict[int, set[str]] = defaultdict(set)
    for part, count in documents.items():
        if count < enough:
            classes[len(str(count))].add(part)
    for _, parts in sorted(classes.items()):
        # Not all into one: a run over documents that are long may have left thousands of parts of one class.
        groups = len(parts) // _CLASS
        for group in range(groups):
            first, last = (len(parts) * number // groups for number in (group, group + 1))
            yield frozenset(sorted(parts)[first:last])


def full(documents: Mapping[str, int], enough: int) -> Iterator[frozenset[str]]:
    """Yield groups of parts with fewer than ``enough`` documents, of about as many documents each; none of one part.

    >>> [sorted(group) for group in full({"a": 6, "b": 3, "c": 4, "d": 20, "e": 1}, enough=10)]
    [['a', 'b', 'c']]
    """
    group: set[str] = set()
    size = 0
    for part, count in sorted(documents.items()):
        if count < enough:
            group.add(part)
            size += count
        if size >= enough:
            yield frozenset(group)
            group, size = set(), 0
    if len(group) > 1:
        yield frozenset(group)
