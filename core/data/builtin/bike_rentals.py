"""Bicycles rented in each hour of a year in Washington: a table of demand."""

import numpy as np

from core.data.samples import sample_table
from core.specs import DatasetSpec, Examples


def _load() -> Examples:
    table = sample_table("bike-rentals.csv.gz")
    counts = table.pop("rented").to_numpy(dtype=np.float64)
    return Examples(table, counts)


DATASET = DatasetSpec(
    name="bike-rentals",
    title="Bike rentals",
    task="tabular-regression",
    summary="How many bicycles were rented in Washington in each hour of 2011, with the calendar and the weather. Good "
    "for seeing whether software can foretell the demand of the next hours: for staff, stock or prices.",
    licence="CC BY 4.0",
    source="H. Fanaee-T & J. Gama, Bike Sharing, UCI Machine Learning Repository 2013, doi:10.24432/C5W894; records of "
    "Capital Bikeshare; data/samples/bike-rentals.csv.gz",
    load=_load,
    target="mae 40",
)
