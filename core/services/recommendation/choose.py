"""The recommended model for a data set, by the traits of its version."""

from functools import lru_cache

import numpy as np

from core import catalog
from core.preprocessing.nonlinearity import fits_of
from core.services.dataset_service import DatasetService
from core.services.recommendation.images import recommend_for_images
from core.services.recommendation.recommendation import Circumstances, Recommendation
from core.services.recommendation.tables import recommend_for_table
from core.services.recommendation.text_traits import TextTraits, traits_of
from core.services.recommendation.texts import READS_EVERYTHING, recommend_for_texts
from core.services.recommendation.traits import ImageTraits, TableTraits, WritingTraits
from core.services.recommendation.writing import recommend_for_writing
from core.specs import TaskSpec

Traits = TextTraits | ImageTraits | TableTraits | WritingTraits


def recommended(
    dataset_service: DatasetService, dataset: str, task: str, circumstances: Circumstances | None = None
) -> Recommendation:
    """Return the recommended first model for a dataset; quick after the first call.

    Args:
        dataset_service: Where it is.
        dataset: Its name.
        task: What a model shall do.
        circumstances: Time and device; None is a quick run where nobody knows the device.
    """
    traits = _traits(dataset_service, dataset, task, dataset_service.head(dataset))
    return recommend(catalog.find_task(task), traits, circumstances or Circumstances())


def recommend(task: TaskSpec, traits: Traits, circumstances: Circumstances) -> Recommendation:
    """Return which model to begin with."""
    models = catalog.models(task.name)
    match traits:
        case ImageTraits():
            return recommend_for_images(models, traits, circumstances)
        case TableTraits():
            return recommend_for_table(models, traits)
        case WritingTraits():
            return recommend_for_writing(models, traits, circumstances)
        case TextTraits() if READS_EVERYTHING in models:
            return recommend_for_texts(models, traits, circumstances)
    return Recommendation(task.demo[1])


@lru_cache(maxsize=128)
def _traits(dataset_service: DatasetService, dataset: str, task: str, fingerprint: str) -> Traits:
    """Return what decides, of this version; some tenths of a second."""
    spec, models = catalog.find_task(task), catalog.models(task)
    found = dataset_service.preview(dataset, fingerprint)
    sizes = found.version.split_sizes
    match spec.input_kind, spec.output_kind:
        case "image", _:
            return ImageTraits.of(found)
        case "table", _:
            rows = dataset_service.rows_sample(dataset, fingerprint)
            columns = 0 if isinstance(rows.inputs, (tuple, np.ndarray)) else len(rows.inputs.columns)
            return TableTraits(sizes["train"], columns, fits_of(rows))
        case "text", "label":
            words = dataset_service.text_words(dataset, fingerprint)
            return traits_of(dataset_service.text_sample(dataset, fingerprint), models, words, sum(sizes.values()))
    return WritingTraits.of(sizes["train"], dataset_service.writing_sample(dataset, fingerprint))
