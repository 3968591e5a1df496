"""Every layout of other tools, as small as it can be: what each picture is taken for, and what is said."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from core.data.images.layout_specs import layouts
from core.data.imports.run_import import preview_source
from core.data.readers.image_layouts import READER
from core.data.readers.registry import find_reader
from core.errors import DataError
from core.specs.dataset_types import ImportOptions
from tests.data.images.drawing import lay_out, pack, png
from tests.data.images.taking import Taken, take

IMAGES = {f"images/{i:03}.png": png(i, (12, 12)) for i in range(6)}
SHAPES = ("circle", "square", "star")
RIGHT = [(f"images/{i:03}.png", SHAPES[i % 3], "") for i in range(6)]


def as_json(content: object) -> bytes:
    return json.dumps(content).encode()


def names() -> list[tuple[int, str, str]]:
    """Number, file name and class of each picture."""
    return [(i, f"{i:03}.png", SHAPES[i % 3]) for i in range(6)]


def coco(boxes: bool) -> bytes:
    images = [{"id": 10 + i, "file_name": name} for i, name, _ in names()]
    whole: list[dict[str, object]] = [{"id": i, "image_id": 10 + i, "category_id": 1 + i % 3} for i, *_ in names()]
    if boxes:  # each picture holds a smaller thing of the next class, too
        whole = [one | {"bbox": [0, 0, 5, 8]} for one in whole]
        whole += [{"image_id": 10 + i, "category_id": 1 + (i + 1) % 3, "bbox": [1, 1, 2, 3]} for i, *_ in names()]
    categories = [{"id": 1 + i, "name": shape} for i, shape in enumerate(SHAPES)]
    return as_json({"images": images, "annotations": whole, "categories": categories})


def voc(shape: str) -> bytes:
    small = (
        "<object><name>star</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object>"
    )
    sides = "<xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax>"
    large = f"<object><name>{shape}</name><bndbox>{sides}</bndbox></object>"
    return f"<?xml version='1.0' encoding='utf-8'?><annotation>{small}{large}</annotation>".encode()


CVAT = "".join(f'<image id="{i}" name="{name}"><tag label="{shape}"/></image>' for i, name, shape in names())
STUDIO = [
    {
        "id": i,
        "data": {"image": f"/data/upload/1/0f6bdd4{i}-{name}"},
        "annotations": [
            {"was_cancelled": True, "result": [{"value": {"choices": ["wrong"]}}]},
            {"result": [{"type": "choices", "value": {"choices": [shape]}}]},
        ],
    }
    for i, name, shape in names()
]
VIA = {
    "_via_img_metadata": {
        f"{name}99": {
            "filename": name,
            "regions": [
                {
                    "shape_attributes": {"name": "rect", "x": 1, "y": 1, "width": 5, "height": 5},
                    "region_attributes": {"kind": shape},
                }
            ],
        }
        for _, name, shape in names()
    }
}
ONE_HOT = "filename, circle, square, star\n" + "".join(
    f"{name},{','.join(str(int(shape == s)) for s in SHAPES)}\n" for _, name, shape in names()
)
BOX_TABLE = "filename,width,height,class,xmin,ymin,xmax,ymax\n" + "".join(
    f"{name},12,12,{shape},1,1,9,9\n{name},12,12,star,1,1,2,2\n" for _, name, shape in names()
)
CODES = {"circle": "/m/0a", "square": "/m/0b", "star": "/m/0c"}
OPEN = "ImageID,Source,LabelName,Confidence\n" + "".join(
    f"{name[:3]},verification,{CODES[shape]},1\n{name[:3]},machine,{CODES['star']},0.4\n" for _, name, shape in names()
)
LABELME = {
    f"images/{name[:3]}.json": as_json(
        {"shapes": [{"label": shape, "points": [[1, 1], [9, 9]]}], "imagePath": name, "imageData": None}
    )
    for _, name, shape in names()
}
FILES: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "fiftyone": (
        "fiftyone",
        {"labels.json": as_json({"classes": SHAPES, "labels": {name[:3]: i % 3 for i, name, _ in names()}})},
    ),
    "fiftyone samples": (
        "fiftyone",
        {
            "samples.json": as_json(
                {
                    "samples": [
                        {"filepath": f"images/{name}", "ground_truth": {"_cls": "Classification", "label": shape}}
                        for _, name, shape in names()
                    ]
                }
            )
        },
    ),
    "coco": ("coco", {"_annotations.coco.json": coco(boxes=True)}),
    "coco without boxes": ("coco", {"annotations.json": coco(boxes=False)}),
    "yolo": (
        "yolo",
        {"data.yaml": b"train: ../train\nnc: 3\nnames: [circle, square, star]\n"}
        | {f"labels/{n[:3]}.txt": f"{i % 3} .5 .5 .9 .9\n2 .1 .1 .1 .1\n".encode() for i, n, _ in names()},
    ),
    "yolo polygons": (
        "yolo",
        {"classes.txt": b"circle\nsquare\nstar\n"}
        | {f"images/{n[:3]}.txt": f"{i % 3} .1 .1 .9 .1 .9 .9\n".encode() for i, n, _ in names()},
    ),
    "pascal voc": ("pascal-voc", {f"Annotations/{n[:3]}.xml": voc(shape) for _, n, shape in names()}),
    "cvat": ("cvat", {"annotations.xml": f"<annotations><version>1.1</version>{CVAT}</annotations>".encode()}),
    "label studio": ("label-studio", {"project-1-at-2024.json": as_json(STUDIO)}),
    "label studio, small": (
        "label-studio",
        {"min.json": as_json([{"image": f"/data/local-files/?d=x%20y/{n}", "choice": s} for _, n, s in names()])},
    ),
    "roboflow's classes": ("one-hot", {"_classes.csv": ONE_HOT.encode()}),
    "roboflow's boxes": ("box-table", {"_annotations.csv": BOX_TABLE.encode()}),
    "open images": (
        "open-images",
        {
            "labels.csv": OPEN.encode(),
            "class-descriptions.csv": "".join(f"{code},{shape}\n" for shape, code in CODES.items()).encode(),
        },
    ),
    "labelme": ("labelme", LABELME),
    "createml": (
        "json-list",
        {"_annotations.createml.json": as_json(
            [{"image": n, "annotations": [{"label": s, "coordinates": {"x": 1, "y": 1, "width": 4, "height": 4}}]}
             for _, n, s in names()])},
    ),
    "via": ("json-list", {"via_region_data.json": as_json(VIA)}),
    "a mapping": ("json-list", {"labels.json": as_json({name: shape for _, name, shape in names()})}),
    "webdataset": ("webdataset", {f"images/{n[:3]}.cls": shape.encode() for _, n, shape in names()}),
    "webdataset with json": (
        "webdataset",
        {f"images/{n[:3]}.json": as_json({"label": shape, "width": 12}) for _, n, shape in names()},
    ),
    "sagemaker": (
        "json-lines",
        {"output.manifest": "".join(
            json.dumps({"source-ref": f"s3://bucket/{n}", "kind": i % 3, "kind-metadata": {"class-name": s}}) + "\n"
            for i, n, s in names()).encode()},
    ),
    "labelbox": (
        "json-lines",
        {"export.ndjson": "".join(
            json.dumps({"data_row": {"external_id": n}, "projects": {"p": {"labels": [
                {"annotations": {"classifications": [{"name": "kind", "radio_answer": {"name": s}}]}}]}}}) + "\n"
            for _, n, s in names()).encode()},
    ),
    "a list": (
        "file-list",
        {"list.txt": "".join(f"images/{n} {i % 3}\n" for i, n, _ in names()).encode(),
         "label_list.txt": b"0 circle\n1 square\n2 star\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_what_other_tools_write_is_read_as_they_mean_it(tmp_path: Path, case: str) -> None:
    layout, files = FILES[case]
    source = pack(tmp_path / "set.zip", {**IMAGES, **files})
    assert find_reader(source).name == "picture-layouts"
    taken = take(READER, source, tmp_path)
    assert taken.seen == RIGHT
    assert taken.preview.classes == {"circle": 2, "square": 2, "star": 2}
    assert taken.preview.options.layout == layout
    assert taken.preview.guesses[0].value == layout
    assert "skipped-files" not in taken.findings


def test_boxes_are_said_not_to_be_learnt(tmp_path: Path) -> None:
    taken = take(READER, pack(tmp_path / "set.zip", {**IMAGES, **FILES["coco"][1]}), tmp_path)
    assert taken.preview.notes == (
        "It holds 12 boxes in 6 images. Where things are is not learnt here, only what an image shows.",
        "6 images hold things of several classes; only the class of the largest one is used.",
    )
    assert ("Label", "the class of each image's largest box") in [(g.about, g.value) for g in taken.preview.guesses]


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_sessions_below_class_folders_are_no_classes(tmp_path: Path, kind: str) -> None:
    places = [(shape, year, i) for shape in SHAPES[:2] for year in (2021, 2022) for i in range(2)]
    files = {f"photos/{s}/{y}/{i}.png": png(n) for n, (s, y, i) in enumerate(places)}
    source = pack(tmp_path / "set.zip", files) if kind == "zip" else lay_out(tmp_path / "set", files)
    assert preview_source(source, ImportOptions()).classes == {"circle": 4, "square": 4}
    as_folders = preview_source(source, ImportOptions(layout="class-folders"))
    assert as_folders.classes == {"2021": 4, "2022": 4}
    assert as_folders.options.layout == "class-folders"


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        (("site A/cat", "site A/dog", "site B/cat", "site B/dog"), ("cat", "dog")),
        (("train/cat/day1", "train/dog/day2", "test/cat/day1", "test/dog/day1"), ("cat", "dog")),
        (("cat/train", "dog/train", "cat/test", "dog/test"), ("cat", "dog")),
        (tuple(f"{kind}/{digit}" for kind in ("written", "printed") for digit in range(10)), tuple("0123456789")),
        (("pets/cats", "pets/dogs", "cars/vans", "cars/taxis"), ("cats", "dogs", "taxis", "vans")),
        (("cat/2021-05-03", "cat/May 2022", "dog/session_2", "dog/cam left"), ("cat", "dog")),
        (("electronics/camera", "electronics/phone", "toys/video", "toys/part"), ("camera", "part", "phone", "video")),
    ],
)
def test_only_what_is_called_like_a_session_is_one(
    tmp_path: Path, folders: tuple[str, ...], classes: tuple[str, ...]
) -> None:
    files = {f"{folder}/{i}.png": png(7 * n + i) for n, folder in enumerate(folders) for i in range(2)}
    assert tuple(preview_source(pack(tmp_path / "set.zip", files), ImportOptions()).classes) == classes


def test_good_and_defective_parts_come_without_their_masks(tmp_path: Path) -> None:
    counts = {"train/good": 6, "test/good": 3, "test/scratch": 3, "test/dent": 3, "ground_truth/scratch": 3}
    files = {f"bolt/{place}/{i:03}.png": png(len(place) * 10 + i) for place, n in counts.items() for i in range(n)}
    taken = take(READER, pack(tmp_path / "bolt.zip", files), tmp_path)
    assert taken.preview.classes == {"dent": 3, "good": 9, "scratch": 3}
    assert {split for _, _, split in taken.seen} == {""}
    assert taken.findings["masks"].count == 3
    assert any(g.about == "Split" and g.value.startswith("split again") for g in taken.preview.guesses)


@pytest.mark.parametrize(
    ("names_", "classes"),
    [
        (("class_a_{:03}.jpg", "class_b_{:03}.jpg"), ("class_a", "class_b")),
        (("cat.{}.jpg", "dog.{}.jpg"), ("cat", "dog")),
        (("Abyssinian_{}.jpg", "great_pyrenees_{}.jpg"), ("Abyssinian", "great_pyrenees")),
        (("daisy ({}).jpg", "rose ({}).jpg"), ("daisy", "rose")),
    ],
)
def test_names_that_begin_with_a_class_are_read_where_sure(
    tmp_path: Path, names_: tuple[str, str], classes: tuple[str, ...]
) -> None:
    files = {f"all/{name.format(i)}": png(10 * n + i) for n, name in enumerate(names_) for i in range(4)}
    preview = preview_source(pack(tmp_path / "set.zip", files), ImportOptions())
    assert (preview.options.layout, tuple(preview.classes)) == ("name-prefix", classes)


def test_what_a_competition_keeps_back_is_no_class(tmp_path: Path) -> None:
    files = {f"train/{label}.{i}.jpg": png(10 * n + i) for n, label in enumerate(("cat", "dog")) for i in range(4)}
    files |= {f"test1/{i}.jpg": png(50 + i) for i in range(3)}
    taken = take(READER, pack(tmp_path / "dogs-vs-cats.zip", files), tmp_path)
    assert taken.preview.classes == {"cat": 4, "dog": 4}
    assert taken.findings["unlabelled-pictures"].count == 3


def test_tables_of_public_sets(tmp_path: Path) -> None:
    signs = {f"{split}/{i}.png": png(10 * n + i) for n, split in enumerate(("Train", "Test")) for i in range(6)}
    signs |= {f"{s}.csv": b"Width,ClassId,Path\n" + "".join(f"9,{i % 2},{s}/{i}.png\n" for i in range(6)).encode()
              for s in ("Train", "Test")}  # fmt: skip
    preview = preview_source(pack(tmp_path / "gtsrb.zip", signs), ImportOptions())
    assert preview.classes == {"0": 6, "1": 6}
    assert ("Split", "6 training, 6 test") in [(guess.about, guess.value) for guess in preview.guesses]
    parts = ("TRAIN", "VALIDATION", "TEST")
    lines = "".join(f"{parts[i % 3]},gs://bucket/images/{name},{shape}\n" for i, name, shape in names())
    preview = preview_source(pack(tmp_path / "vertex.zip", {**IMAGES, "import.csv": lines.encode()}), ImportOptions())
    assert (preview.classes, preview.options.split_column) == ({"circle": 2, "square": 2, "star": 2}, "column 1")


@pytest.mark.parametrize(
    "names_", [("IMG_{:04}.jpg", "DSC_{:04}.jpg"), ("frame{}.jpg", "img{}.jpg"), ("a{}.jpg", "b.jpg")]
)
def test_names_that_cameras_give_are_no_classes(tmp_path: Path, names_: tuple[str, str]) -> None:
    files = {f"all/{name.format(i)}": png(10 * n + i) for n, name in enumerate(names_) for i in range(4)}
    with pytest.raises(DataError, match="class folder"):
        preview_source(pack(tmp_path / "set.zip", files), ImportOptions())


def test_imagenet_s_codes_are_named_by_their_list_of_words(tmp_path: Path) -> None:
    words = b"n01440764 tench, Tinca tinca\nn01443537\tgoldfish, Carassius auratus\nn02102040 springer\n"
    files = {
        f"train/{code}/{i}.png": png(int(code[1:]) % 997 + i) for code in ("n01440764", "n01443537") for i in range(3)
    }
    preview = preview_source(pack(tmp_path / "set.zip", files | {"LOC_synset_mapping.txt": words}), ImportOptions())
    assert (preview.options.layout, preview.classes) == ("synsets", {"goldfish": 3, "tench": 3})


def test_splits_of_voc_and_of_folders_are_kept(tmp_path: Path) -> None:
    lists = {"ImageSets/Main/train.txt": b"000\n001\n002\n", "ImageSets/Main/val.txt": b"003\n004\n005 1\n"}
    taken = take(READER, pack(tmp_path / "a.zip", {**IMAGES, **FILES["pascal voc"][1], **lists}), tmp_path)
    assert [split for *_, split in taken.seen] == ["train"] * 3 + ["validation"] * 3
    files = {f"{split}/{name[7:]}": content for split in ("train", "valid") for name, content in IMAGES.items()}
    files |= {f"{split}/_annotations.coco.json": coco(boxes=True) for split in ("train", "valid")}
    taken = take(READER, pack(tmp_path / "b.zip", files), tmp_path)
    assert [(row[1], row[2]) for row in taken.seen[3:9]] == [
        *((s, "train") for s in SHAPES),
        *((s, "validation") for s in SHAPES),
    ]


def test_labels_of_pictures_that_are_not_there_are_counted(tmp_path: Path) -> None:
    some = dict(list(IMAGES.items())[:4]) | {"images/new.png": png(77)}
    taken = take(READER, pack(tmp_path / "a.zip", some | dict(FILES["a mapping"][1])), tmp_path)
    assert len(taken.rows) == 4
    found = {code: (f.count, f.examples) for code, f in taken.findings.items()}
    assert found["unknown-pictures"] == (2, ("004.png", "005.png"))
    assert found["unlabelled-pictures"] == (1, ("images/new.png",))


@pytest.mark.parametrize("layout", sorted(layouts()))
@pytest.mark.parametrize(
    "content", [b"", b"[" * 50_000, b'{"images": 3, "annotations": [[]], "labels": [1]}', b"\xff" * 9]
)
def test_a_layout_that_is_forced_on_other_files_answers_in_words(tmp_path: Path, layout: str, content: bytes) -> None:
    endings = (
        "a.json",
        "labels.json",
        "samples.json",
        "a.xml",
        "b.xml",
        "a.csv",
        "a.txt",
        "images/000.txt",
        "data.yaml",
    )
    source = pack(tmp_path / "set.zip", {**IMAGES, **dict.fromkeys(endings, content)})
    with pytest.raises(DataError) as refused:
        Taken(READER, source, ImportOptions(layout=layout), tmp_path)
    assert str(refused.value).endswith((".", "?"))


def test_entities_in_xml_are_never_expanded(tmp_path: Path) -> None:
    bomb = (
        b'<!DOCTYPE a [<!ENTITY x "lol">]><annotations><image name="000.png"><tag label="&x;"/></image></annotations>'
    )
    with pytest.raises(DataError, match="declares a document type"):
        take(READER, pack(tmp_path / "a.zip", {**IMAGES, "annotations.xml": bomb}), tmp_path, layout="cvat")
