"""Image classification: which of a few kinds a picture shows."""

from core.tasks.classification import classification_task

TASK = classification_task(
    name="image-classification",
    title="Classify images",
    summary="Show it images sorted into a few kinds, and it learns to tell the kinds apart in images it never saw.",
    example="Sort product photos, spot damaged parts, read handwritten digits.",
    input_kind="image",
    icon="image",
    noun="image",
    needs="That needs images with labels, such as a folder of images for each class.",
    needs_columns="images and a column of classes",
    columns=(("label_column", "Label"),),
    looked_for="images that cannot be read, odd sizes, the same or nearly the same image twice, the same image "
    "under different labels or on both sides of a split, and classes that are rare or missing",
    weights_example="microsoft/resnet-18",
    demo=("product-photos", "small-cnn"),
    demo_seconds=50,
    demo_settings={"width": 16, "epochs": 10, "time_budget_min": 0.0},  # 88 % in 49 s; 32 wide and 5 epochs: 86 in 59
    augments="pixels",
)
