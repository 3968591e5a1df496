"""Near-duplicate examples, kept in one split: a text with changed words, a re-saved image."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.data.splits.duplicates import Keys, group_numbers
from core.data.splits.equal_texts import folded
from core.data.staging import Progress
from core.preprocessing.segmentation import tokens_of

MOST_COMPARED = 200_000  # different texts; of more, only the same ones are found
FEWEST_WORDS = 5  # of a text that is compared: shorter ones are alike by chance
LEAST_ALIKE = 0.8  # of the pairs of neighbouring words in either of two texts, those in both
BANDS, BAND_ROWS = 20, 6  # finds 99.8 % of the texts that are 0.8 alike, and 8 % of those that are 0.4
ESTIMATE_ERROR = 0.15  # of the likeness by 120 hashes: four standard deviations

# Of 64 bits. Photographs of hymenoptera_128.zip saved again as JPEG of quality 30 or at half the size are 2 apart at
# most; different ones are 10 apart at least. Of 24 million pairs in CIFAR-10 three are 4 apart or less.
FARTHEST_LOOKS = 4
LOOKS_CHUNKS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))  # hashes 4 bits apart agree in one of five parts
LEAST_DETAIL = 8  # bits that are set, or are not: a picture with fewer is as good as blank
# Where all pictures look alike (centred digits, X-rays, forms) so do different ones. As many independent bits as the
# hashes seem to have: 59 and 56 in natural photographs, 39 in Fashion-MNIST, 30 in MNIST.
FEWEST_BITS, JUDGED_FROM, JUDGED_BY = 48, 100, 200_000

LARGEST_GROUP = 100  # examples, or 1 % of all if that is more: larger groups are chains, and are cut
_BATCH = 2_000
Pairs = NDArray[np.int64]  # (P, 2)


# --- texts ---


def comparison_note(keys: Keys) -> str:
    """Return a note if too many distinct texts prevent near-duplicate search; else nothing."""
    distinct = len(group_numbers(keys)[1])
    if distinct <= MOST_COMPARED:
        return ""
    return (
        f"There are {distinct:,} different texts. Only up to {MOST_COMPARED:,} are searched for texts that are nearly "
        "the same; here only those that are the same but for case, spaces and punctuation were looked for."
    )


def near_texts(texts: pa.ChunkedArray, keys: Keys, progress: Progress | None = None) -> NDArray[np.int64]:
    """Return a number for each text, (N,), shared by duplicates and near duplicates.

    MinHash over pairs of neighbouring words finds candidates, whose exact likeness (Jaccard) is then measured. Above
    `MOST_COMPARED` different texts only those with the same key have the same number (`comparison_note` says so).

    Args:
        texts: (N,) a column.
        keys: (N,) of `text_keys`.
        progress: Told how many different texts are done, so that it can cancel.
    """
    groups, first = group_numbers(keys)
    if not 1 < len(first) <= MOST_COMPARED:
        return groups
    different = texts.take(pa.array(first))
    signatures, positions = _signatures(different, progress)
    likely = _candidates(signatures)
    likely = likely[_agreement(signatures, likely) >= LEAST_ALIKE - ESTIMATE_ERROR]
    alike = _verified(different, positions[likely], progress)
    return group_numbers(_linked(alike, len(first))[groups])[0]


def _words(text: str) -> list[str]:
    """Return a text's words, or its characters in scripts without spaces."""
    plain = folded(text)
    return plain.split() if plain.isascii() else tokens_of(plain)


def _shingles(words: list[str]) -> set[str]:
    return {f"{one} {two}" for one, two in pairwise(words)}


def _signatures(texts: pa.ChunkedArray, progress: Progress | None) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return MinHash signatures of texts of sufficient length, (L, 120), with positions, (L,)."""
    from rensa import RMinHash

    signatures, positions, done = [np.zeros((0, BANDS * BAND_ROWS), dtype=np.uint32)], list[int](), 0
    for batch in _batches(texts):
        tokens = []
        for position, text in enumerate(batch, done):
            words = _words(text)
            if len(words) >= FEWEST_WORDS:
                tokens.append(list(_shingles(words)))
                positions.append(position)
        if tokens:
            made = RMinHash.digest_matrix_from_token_sets(tokens, BANDS * BAND_ROWS, 0)
            signatures.append(np.array(made.to_rows(), dtype=np.uint32))
        done += len(batch)
        if progress is not None:
            progress.advance(done)
    return np.concatenate(signatures), np.array(positions, dtype=np.int64)


def _candidates(signatures: NDArray[np.uint32]) -> Pairs:
    """Return text pairs that share a band.

    Each text is paired with the first of its bucket, and with the one before it.

    Not every pair of a bucket: those of one template with 100,000 variants would be five thousand million.
    """
    count, codes = max(1, len(signatures)), [np.zeros(0, dtype=np.int64)]
    for band in range(0, BANDS * BAND_ROWS, BAND_ROWS):
        content = np.ascontiguousarray(signatures[:, band : band + BAND_ROWS])
        bucket, first = group_numbers(content.view(f"S{content.itemsize * BAND_ROWS}").ravel())
        order = np.argsort(bucket, kind="stable")
        follows = np.flatnonzero(np.diff(bucket[order]) == 0) + 1
        later = order[follows]
        codes += [first[bucket[later]] * count + later, order[follows - 1] * count + later]
    found = np.sort(np.concatenate(codes))  # numpy's own `unique` takes a minute where there are many
    found = found[np.diff(found, prepend=-1) > 0]
    return np.stack([found // count, found % count], axis=1)


def _agreement(signatures: NDArray[np.uint32], pairs: Pairs) -> NDArray[np.float64]:
    """Return the estimated likeness of each pair, (P,)."""
    parts = [np.zeros(0)]
    for begin in range(0, len(pairs), 10 * _BATCH):
        one, other = pairs[begin : begin + 10 * _BATCH].T
        parts.append((signatures[one] == signatures[other]).mean(axis=1))
    return np.concatenate(parts)


def _verified(texts: pa.ChunkedArray, pairs: Pairs, progress: Progress | None) -> Pairs:
    """Return the pairs similar enough by exact comparison, without already linked ones."""
    leader = np.arange(len(texts))  # a forest: of each text one that it is linked to, itself at the root

    @lru_cache(maxsize=_BATCH)
    def shingles(position: int) -> set[str]:
        return _shingles(_words(texts[position].as_py()))

    kept = list[list[int]]()
    for begin in range(0, len(pairs), 10 * _BATCH):
        some = pairs[begin : begin + 10 * _BATCH]
        while not np.array_equal(leader, leader[leader]):
            leader = leader[leader]
        for pair in some[leader[some[:, 0]] != leader[some[:, 1]]].tolist():
            one, other = _root(leader, pair[0]), _root(leader, pair[1])
            if one == other:
                continue
            first, second = map(shingles, pair)
            both = len(first & second)
            if both >= LEAST_ALIKE * (len(first) + len(second) - both):
                leader[other] = one
                kept.append(pair)
        if progress is not None:
            progress.advance(len(texts))
    return np.array(kept, dtype=np.int64).reshape(-1, 2)


def _root(leader: NDArray[np.int64], position: int) -> int:
    while (above := int(leader[position])) != position:
        leader[position] = leader[above]
        position = above
    return position


def _batches(texts: pa.ChunkedArray) -> Iterator[list[str]]:
    for begin in range(0, len(texts), _BATCH):
        yield texts.slice(begin, _BATCH).to_pylist()


# --- pictures ---


def near_images(looks: pa.ChunkedArray, keys: Keys) -> NDArray[np.int64]:
    """Return a number for each image, (N,), shared by images that appear nearly identical.

    Args:
        looks: (N,) perceptual hashes of 64 bits; null where a picture has none, which is then alike only if the same.
        keys: (N,) hashes of the pixels.
    """
    groups, first = group_numbers(keys)
    seen = looks.take(pa.array(first))
    known = np.asarray(seen.is_valid().to_numpy(), dtype=np.bool_)
    hashes = np.asarray(seen.fill_null(0).to_numpy(), dtype=np.uint64)
    detail = np.bitwise_count(hashes)
    known &= (detail >= LEAST_DETAIL) & (detail <= 64 - LEAST_DETAIL)
    if not _tells_apart(hashes[known]):
        return groups
    number, firsts = group_numbers(hashes[known].view(np.int64))
    alike = _linked(_near_hashes(hashes[known][firsts]), len(firsts))
    linked = np.arange(len(first), dtype=np.int64) + len(first)  # those without a hash: by themselves
    linked[known] = alike[number]
    return group_numbers(linked[groups])[0]


def _tells_apart(hashes: NDArray[np.uint64]) -> bool:
    """Return whether these images' hashes vary enough for near-equal ones to mean near-equal images."""
    if len(hashes) < JUDGED_FROM:
        return True
    drawn = np.random.default_rng(0).integers(0, len(hashes), (2, JUDGED_BY))
    apart = np.bitwise_count(hashes[drawn[0]] ^ hashes[drawn[1]]).astype(np.float64)
    apart = apart[apart > 2 * FARTHEST_LOOKS] / 64  # without those that are copies
    return len(apart) > 0 and bool(apart.mean() * (1 - apart.mean()) >= FEWEST_BITS * apart.var())


def _near_hashes(hashes: NDArray[np.uint64]) -> Pairs:
    """Return pairs of different hashes within a bit distance, by multi-index hashing."""
    found = [np.zeros((0, 2), dtype=np.int64)]
    for shift, width in LOOKS_CHUNKS:
        part = (hashes >> np.uint64(shift)) & np.uint64((1 << width) - 1)
        order = np.argsort(part, kind="stable")
        part, sorted_hashes = part[order], hashes[order]
        at = np.arange(len(part) - 1)
        for step in range(1, len(part)):
            at = at[: np.searchsorted(at, len(part) - step)]
            at = at[part[at] == part[at + step]]
            if not len(at):
                break
            near = at[np.bitwise_count(sorted_hashes[at] ^ sorted_hashes[at + step]) <= FARTHEST_LOOKS]
            found.append(np.stack([order[near], order[near + step]], axis=1))
    return np.unique(np.sort(np.concatenate(found), axis=1), axis=0)


# --- groups ---


def _linked(pairs: Pairs, count: int) -> NDArray[np.int64]:
    """Return the number of each example's group, (count,).

    Whoever is linked is in one group, also through others, so that no link crosses a split. A chain through others may
    lead far: groups that become larger than `LARGEST_GROUP` are cut into stars, an example and those linked to it.
    """
    groups = components(pairs, count)
    sizes = np.bincount(groups, minlength=1)
    is_chain = (sizes > max(LARGEST_GROUP, count // 100))[groups]
    taken = ~is_chain
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    first = np.searchsorted(both[:, 0], np.arange(count + 1))  # of each example's links
    for leader in np.flatnonzero(is_chain).tolist():
        if taken[leader]:
            continue
        neighbours = both[first[leader] : first[leader + 1], 1]
        star = np.append(neighbours[~taken[neighbours]], leader)
        groups[star], taken[star] = count + leader, True
    return groups


def components(pairs: Pairs, count: int) -> NDArray[np.int64]:
    """Return each example's lowest linked example, directly or through others, (count,).

    Args:
        pairs: (P, 2) examples that are linked.
        count: Of all examples.

    Not by scipy, which takes longer to load than this takes, and which the dashboard's process never loads.
    """
    lowest = np.arange(count)
    one, other = pairs.T
    while True:
        before = lowest.copy()
        least = np.minimum(lowest[one], lowest[other])
        for ends in (lowest[one], lowest[other]):  # the lowest of a group goes along, so that long chains are short
            np.minimum.at(lowest, ends, least)
        np.minimum.at(lowest, one, least)
        np.minimum.at(lowest, other, least)
        lowest = lowest[lowest]
        if np.array_equal(lowest, before):
            return lowest
