"""Small sets of the hub, made as tests need them."""

import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from tests.data.hub.server import Repository

REVIEWS_CARD = b"""---
license: mit
dataset_info:
  features:
  - name: text
    dtype: string
  - name: label
    dtype:
      class_label:
        names:
          '0': neg
          '1': pos
  splits:
  - name: train
    num_examples: 4
  - name: test
    num_examples: 2
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*
  - split: test
    path: data/test-*
---
# Reviews
"""


def parquet(**columns: list[Any]) -> bytes:
    """Return a Parquet file."""
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def png(shade: int) -> bytes:
    """Return a small picture of one shade."""
    file = io.BytesIO()
    Image.new("L", (8, 8), shade).save(file, "PNG")
    return file.getvalue()


def reviews() -> Repository:
    """Return a set of six reviews with a card, in Parquet."""
    return Repository(
        {
            "README.md": REVIEWS_CARD,
            "data/train-0.parquet": parquet(text=["bad<br />film", "good", "great &amp; fun", ""], label=[0, 1, 1, 0]),
            "data/test-0.parquet": parquet(text=["dull", "lovely"], label=[0, 1]),
        }
    )
