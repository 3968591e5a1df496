"""Well-known Hugging Face Hub datasets, offered by name; others are fetched by id.

Sizes are those of the files that are fetched, rounded. Licences are as their cards state them.
"""

from core.specs.dataset_types import HubSet

NOT_STATED = "not stated"

HUB_SETS: tuple[HubSet, ...] = (
    HubSet(
        id="ylecun/mnist",
        title="MNIST",
        task="image-classification",
        licence="MIT, as its card states it",
        size_bytes=18_200_000,
        examples=70_000,
        summary="Handwritten digits, 28 x 28 pixels, grey. Baselines already read 97 % correctly.",
        input_column="image",
        label_column="label",
    ),
    HubSet(
        id="zalando-research/fashion_mnist",
        title="Fashion-MNIST",
        task="image-classification",
        licence="MIT",
        size_bytes=36_100_000,
        examples=70_000,
        summary="Shirts, shoes and bags in ten classes, 28 x 28 pixels, grey: harder than digits, as quick to learn.",
        input_column="image",
        label_column="label",
    ),
    HubSet(
        id="uoft-cs/cifar10",
        title="CIFAR-10",
        task="image-classification",
        licence=NOT_STATED,
        size_bytes=144_000_000,
        examples=60_000,
        summary="Animals and vehicles in ten classes, 32 x 32 pixels, in colour. The usual test of small networks.",
        input_column="img",
        label_column="label",
    ),
    HubSet(
        id="stanfordnlp/sst2",
        title="SST-2",
        task="text-classification",
        licence=NOT_STATED,
        size_bytes=3_300_000,
        examples=68_221,
        summary="Phrases and sentences of film reviews, positive or negative. The labels of its test part are kept "
        "secret, "
        "so its validation part is used as the test.",
        input_column="sentence",
        label_column="label",
    ),
    HubSet(
        id="cornell-movie-review-data/rotten_tomatoes",
        title="Rotten Tomatoes",
        task="text-classification",
        licence=NOT_STATED,
        size_bytes=880_000,
        examples=10_662,
        summary="Sentences of film reviews, as many for as against. Small and quick.",
        input_column="text",
        label_column="label",
    ),
    HubSet(
        id="stanfordnlp/imdb",
        title="IMDB reviews",
        task="text-classification",
        licence=NOT_STATED,
        size_bytes=84_100_000,
        examples=50_000,
        summary="Long film reviews, as many for as against. Another 50,000 reviews without labels are left out.",
        split_map={"train": "train", "test": "test", "unsupervised": ""},
        input_column="text",
        label_column="label",
    ),
    HubSet(
        id="karpathy/tiny_shakespeare",
        title="Tiny Shakespeare",
        task="text-generation",
        licence="not stated; the plays are in the public domain",
        size_bytes=700_000,
        examples=3,
        summary="A million characters of plays. A small model learns to write like them in minutes.",
        input_column="text",
    ),
    HubSet(
        id="roneneldan/TinyStories",
        title="TinyStories",
        task="text-generation",
        licence="CDLA-Sharing-1.0",
        size_bytes=1_010_000_000,
        examples=2_141_709,
        summary="Two million short stories in the words of small children, written by a large model. Needs patience: "
        "about 2 GB of text.",
        input_column="text",
    ),
    HubSet(
        id="inria-soda/tabular-benchmark",
        config="reg_num_house_sales",
        title="House sales, King County",
        task="tabular-regression",
        licence=NOT_STATED,
        size_bytes=2_300_000,
        examples=21_613,
        summary="Houses sold near Seattle with rooms, areas and places; the price is predicted.",
        label_column="price",
    ),
)


def known_set(hub_id: str, config: str = "") -> HubSet | None:
    """Return the well-known set of this id and configuration, if it is one."""
    same = [known for known in HUB_SETS if known.id.lower() == hub_id.lower()]
    return next((known for known in same if config in ("", known.config)), None)
