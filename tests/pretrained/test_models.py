"""Pretrained models as they are used: filled with their weights, frozen, adapted, saved and built again."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoTokenizer, BertForMaskedLM, BertModel, GPT2LMHeadModel, ViTForImageClassification

from core import catalog
from core.errors import InvalidSetting
from core.models import minilm, pretrained_image, pretrained_lm, pretrained_text
from core.preprocessing.sentence_encoder import encoder_folder
from core.pretrained.architectures import load_backbone
from core.pretrained.files import UnusableModel, check_files
from core.specs import DataInfo, Examples, ModelSpec
from core.training.checkpoint import ModelCard, load_weights, save_model
from core.training.generation import generate
from core.training.predictions import predict_split
from tests.pretrained.tiny_models import WORDS, looker_folder, reader_folder, writer_folder

LABELS = ("red", "green", "blue")
TEXTS = ("parcel late", "great thanks the refund works", "", "never again")
NO_TARGETS = np.zeros(0, dtype=np.int64)


def made(spec: ModelSpec, train: Examples, **settings: Any) -> tuple[Any, Any, DataInfo, Any]:
    params = spec.params(**settings)
    preprocessor = spec.preprocess(params, train)
    info = preprocessor.info(train.labels)
    torch.manual_seed(0)
    module = spec.build(params, info)
    assert spec.load_pretrained
    spec.load_pretrained(params, module)
    return params, preprocessor, info, module.eval()


def texts(labels: tuple[str, ...] = LABELS) -> Examples:
    return Examples(TEXTS, np.arange(4) % 3, labels)


def images(channels: int = 3) -> Examples:
    drawn = np.random.default_rng(0).integers(0, 256, (6, 8, 12, channels)).astype(np.uint8)
    return Examples(drawn, np.arange(6) % 3, LABELS)


def learning(module: nn.Module) -> set[str]:
    return {name.split(".")[0] for name, parameter in module.named_parameters() if parameter.requires_grad}


def one_step(module: nn.Module, inputs: torch.Tensor) -> None:
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.1)
    module.train()(inputs).square().mean().backward()
    optimizer.step()
    module.eval()


# --- texts ---


@pytest.mark.parametrize("masked", [False, True], ids=["encoder", "masked language model"])
def test_a_reader_says_of_a_text_what_its_encoder_says_on_average(tmp_path: Path, masked: bool) -> None:
    folder = reader_folder(tmp_path / "bert", masked=masked)
    _, preprocessor, _, module = made(pretrained_text.MODEL, texts(), source=str(folder))
    encoder: Any = BertForMaskedLM.from_pretrained(folder).bert if masked else BertModel.from_pretrained(folder)
    described: list[torch.Tensor] = []
    module.dropout.register_forward_hook(lambda _m, given, _r: described.append(given[0]))

    with torch.no_grad():
        module(torch.from_numpy(preprocessor.transform(TEXTS[:1])))
        alone = encoder(torch.tensor([[2, 4, 5, 3]])).last_hidden_state.mean(1)  # [CLS] parcel late [SEP]

    torch.testing.assert_close(described[0], alone)


def test_padding_changes_nothing_of_an_answer(tmp_path: Path) -> None:
    _, preprocessor, _, module = made(
        pretrained_text.MODEL, texts(), source=str(reader_folder(tmp_path / "bert")), length=20
    )
    rows = torch.from_numpy(preprocessor.transform(TEXTS))
    with torch.no_grad():
        together = module(rows)
        torch.testing.assert_close(module(rows[:1, :4]), together[:1])
        torch.testing.assert_close(module(rows[2:3]), together[2:3])
        torch.testing.assert_close(module.train(False)(rows[[3, 1]]), together[[3, 1]])


def test_texts_are_cut_as_the_models_own_library_cuts_them() -> None:
    preprocessor = minilm.preprocess(minilm.MiniLMParams(length=16), texts())
    dataset_store = AutoTokenizer.from_pretrained(encoder_folder())
    awkward = ("Don't panic: it's naïve!", "", "龍 and \N{GRINNING FACE} " * 3, "tab\tand\nline")

    expected = dataset_store(list(awkward), padding="max_length", truncation=True, max_length=16)["input_ids"]

    assert preprocessor.transform(awkward).tolist() == expected
    assert preprocessor.transform(("half a character: \ud83d",)).shape == (1, 16)


def test_what_looks_like_a_mark_in_a_text_is_text() -> None:
    rows = minilm.preprocess(minilm.MiniLMParams(length=16), texts()).transform(("[PAD] [SEP] fine",))
    assert rows[0].tolist().count(0) == 16 - len(rows[0].nonzero()[0])
    assert rows[0].tolist().count(102) == 1, "one end of the text: its own"


def test_a_model_reads_no_more_than_it_can(tmp_path: Path) -> None:
    params = pretrained_text.PretrainedTextParams(source=str(reader_folder(tmp_path / "bert")), length=500)
    assert pretrained_text.preprocess(params, texts()).transform(("late " * 600,)).shape == (1, 24)


@pytest.mark.parametrize(("trained", "parts"), [("everything", {"backbone", "head"}), ("head", {"head"})])
def test_only_what_shall_learn_learns(tmp_path: Path, trained: str, parts: set[str]) -> None:
    folder = str(reader_folder(tmp_path / "bert"))
    _, preprocessor, _, module = made(pretrained_text.MODEL, texts(), source=folder, trained=trained)
    before = module.backbone.encoder.layer[0].attention.self.query.weight.detach().clone()

    one_step(module, torch.from_numpy(preprocessor.transform(TEXTS)))

    assert learning(module) == parts
    assert torch.equal(module.backbone.encoder.layer[0].attention.self.query.weight, before) == (trained == "head")


def test_adapters_begin_as_the_model_itself_and_alone_learn(tmp_path: Path) -> None:
    folder = str(reader_folder(tmp_path / "bert"))
    _, preprocessor, _, whole = made(pretrained_text.MODEL, texts(), source=folder)
    _, _, _, module = made(pretrained_text.MODEL, texts(), source=folder, trained="lora", lora_rank=2)
    module.head.load_state_dict(whole.head.state_dict())
    rows = torch.from_numpy(preprocessor.transform(TEXTS))
    torch.testing.assert_close(module(rows), whole(rows))
    before = {name: p.detach().clone() for name, p in module.named_parameters()}

    one_step(module, rows)

    changed = {name for name, p in module.named_parameters() if not torch.equal(p, before[name])}
    assert {name.split(".")[-3] for name in changed if name.startswith("backbone")} == {"lora_B"}
    assert {"head.weight", "head.bias"} < changed


# --- pictures ---


@pytest.mark.parametrize("kind", ["resnet", "vit"])
@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_of_any_size_are_brought_to_what_the_network_knows(tmp_path: Path, kind: str, channels: int) -> None:
    source = str(looker_folder(tmp_path / kind, kind=kind))
    _, preprocessor, info, module = made(pretrained_image.MODEL, images(channels), source=source)
    seen: list[torch.Tensor] = []
    module.backbone.register_forward_pre_hook(
        lambda _m, _a, given: seen.append(given["pixel_values"]), with_kwargs=True
    )
    grey = torch.full((1, channels, 8, 12), 191, dtype=torch.uint8)

    assert info.input_shape == (channels, 8, 12)
    assert preprocessor.transform(images(channels).inputs).dtype == np.uint8
    torch.testing.assert_close(module(grey), module(grey.float()))
    assert seen[0].shape == (1, 3, 16, 16)
    torch.testing.assert_close(seen[0], torch.full((1, 3, 16, 16), (191 / 255 - 0.5) / 0.25))


def test_a_network_for_pictures_keeps_what_it_knows_and_gets_a_new_last_layer(tmp_path: Path) -> None:
    folder = looker_folder(tmp_path / "vit", kind="vit")
    _, _, _, module = made(pretrained_image.MODEL, images(), source=str(folder))
    known = ViTForImageClassification.from_pretrained(folder)

    for name, parameter in known.vit.named_parameters():
        assert torch.equal(module.get_parameter(f"backbone.vit.{name}"), parameter)
    assert module.backbone.classifier.weight.shape == (3, 16)


def test_a_frozen_network_stays_exactly_as_it_is_also_its_normalisations(tmp_path: Path) -> None:
    source = str(looker_folder(tmp_path / "resnet"))
    _, preprocessor, _, module = made(pretrained_image.MODEL, images(), source=source, trained="head")
    before = {name: t.clone() for name, t in module.state_dict().items()}

    one_step(module, torch.from_numpy(preprocessor.transform(images().inputs)))

    after = module.state_dict()
    changed = {name.split(".")[1] for name in after if not torch.equal(after[name], before[name])}
    assert changed == {"classifier"}


def test_a_size_that_a_network_cannot_take_is_refused_with_the_one_that_it_takes(tmp_path: Path) -> None:
    vit, resnet = looker_folder(tmp_path / "vit", kind="vit"), looker_folder(tmp_path / "resnet")
    _, _, _, module = made(pretrained_image.MODEL, images(), source=str(resnet), side=32)
    assert module(torch.zeros(1, 3, 8, 12)).shape == (1, 3)
    with pytest.raises(InvalidSetting, match=r"The setting 'side' must be 0 or 16"):
        made(pretrained_image.MODEL, images(), source=str(vit), side=32)


# --- writing ---

WRITTEN = " ".join(WORDS) + " \N{GREEK SMALL LETTER ALPHA}\N{CJK UNIFIED IDEOGRAPH-9F8D} <|end|> \N{GRINNING FACE}"


def written() -> Examples:
    return Examples((WRITTEN, WRITTEN), NO_TARGETS)


@pytest.mark.parametrize("trained", ["lora", "everything"])
def test_a_writer_predicts_what_its_network_predicts_and_its_text_comes_back(tmp_path: Path, trained: str) -> None:
    folder = writer_folder(tmp_path / "gpt")
    _, preprocessor, info, module = made(pretrained_lm.MODEL, written(), source=str(folder), trained=trained)
    ids: NDArray[np.int64] = preprocessor.transform((WRITTEN,))

    row = torch.from_numpy(ids[:16])[None]
    known: Any = GPT2LMHeadModel.from_pretrained(folder)
    torch.testing.assert_close(module(row), known(row).logits)
    assert preprocessor.decode(ids) == WRITTEN
    assert info.input_shape == (16,), "it cannot see more at once"
    assert info.characters_per_token > 1
    assert not [name for name in module.state_dict() if "lm_head" in name], "what stands twice is saved once"


def test_its_scores_are_of_characters_whatever_its_tokens_are(tmp_path: Path) -> None:
    _, preprocessor, info, module = made(pretrained_lm.MODEL, written(), source=str(writer_folder(tmp_path / "gpt")))
    ids = preprocessor.transform((WRITTEN,))
    task = catalog.find_task("text-generation")

    by_token = predict_split(task, module, ids, NO_TARGETS, "cpu", 4, info.input_shape[0])
    by_character = preprocessor.judge(by_token, ids)

    first = len(preprocessor.decode(ids[:1]))
    assert len(by_token.nll) == len(ids) - 1
    assert len(by_character.nll) == len(WRITTEN) - first
    assert "".join(map(chr, by_character.targets)) == WRITTEN[first:]
    assert by_character.nll.sum() == pytest.approx(by_token.nll.sum())


def test_it_writes_text_and_never_a_mark(tmp_path: Path) -> None:
    _, preprocessor, _, module = made(pretrained_lm.MODEL, written(), source=str(writer_folder(tmp_path / "gpt")))
    assert preprocessor.never_written == (0, 270, 271)
    text = generate(module, preprocessor, "parcel", 40, temperature=2.0)
    assert len(text) == 40
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert "<|end|>" not in text


def test_a_tokenizer_that_loses_characters_is_refused(tmp_path: Path) -> None:
    folder = writer_folder(tmp_path / "gpt")
    reader_folder(tmp_path / "bert")
    (folder / "tokenizer.json").write_bytes((tmp_path / "bert" / "tokenizer.json").read_bytes())
    with pytest.raises(Exception, match=r"does not know \d+% of the characters of this text"):
        made(pretrained_lm.MODEL, written(), source=str(folder))


# --- files ---


def test_a_trained_model_needs_nothing_of_where_it_came_from(tmp_path: Path) -> None:
    models = (
        (pretrained_text.MODEL, reader_folder(tmp_path / "bert"), texts(), "lora"),
        (pretrained_image.MODEL, looker_folder(tmp_path / "resnet"), images(), "everything"),
        (pretrained_lm.MODEL, writer_folder(tmp_path / "gpt"), written(), "lora"),
    )
    for spec, folder, examples, trained in models:
        params, preprocessor, info, module = made(spec, examples, source=str(folder), trained=trained)
        rows = torch.from_numpy(preprocessor.transform(examples.inputs))[:16]
        rows = rows[None] if rows.dim() == 1 else rows
        one_step(module, rows)
        state = json.loads(json.dumps(preprocessor.state()))
        card = ModelCard(
            task=spec.tasks[0], dataset="tiny", dataset_fingerprint="", model=spec.name,
            params=params.model_dump(mode="json"), preprocessor={"kind": preprocessor.kind, "state": state},
            labels=examples.labels, info=asdict(info),
        )  # fmt: skip
        save_model(tmp_path / spec.name, module, card)
        for file in folder.iterdir():
            file.unlink()

        again = catalog.preprocessors()[preprocessor.kind].from_state(state)
        rebuilt = spec.build(params, again.info(examples.labels))
        load_weights(tmp_path / spec.name, rebuilt)

        assert np.array_equal(again.transform(examples.inputs), preprocessor.transform(examples.inputs))
        assert torch.equal(rebuilt.eval()(rows), module(rows))


def test_files_that_cannot_be_used_are_refused_in_words(tmp_path: Path) -> None:
    folder = reader_folder(tmp_path / "bert")
    weights, config = (folder / "model.safetensors").read_bytes(), json.loads((folder / "config.json").read_text())
    _, _, _, module = made(pretrained_text.MODEL, texts(), source=str(folder))

    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    with pytest.raises(UnusableModel, match=r"cannot be read: a file is missing, cut off or was altered"):
        load_backbone(folder, "acme/bert", module.backbone, "reader")
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}))
    with pytest.raises(UnusableModel):
        load_backbone(folder, "acme/bert", module.backbone, "reader")
    (folder / "config.json").write_text("{")
    with pytest.raises(UnusableModel, match=r"config\.json of 'acme/bert' cannot be read"):
        check_files(folder, "acme/bert", needs_tokenizer=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "adapter_config.json").write_text("{}")
    with pytest.raises(UnusableModel, match=r"only an addition to another model \(an adapter\)"):
        check_files(folder, "acme/bert", needs_tokenizer=True)


def test_a_configuration_cannot_make_this_machine_run_or_fetch_anything(tmp_path: Path) -> None:
    folder = reader_folder(tmp_path / "bert")
    config = json.loads((folder / "config.json").read_text())
    config |= {"auto_map": {"AutoModel": "evil.Model"}, "_attn_implementation": "acme/kernel", "dtype": "float16"}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "evil.py").write_text("raise SystemExit('run')")

    _, _, info, module = made(pretrained_text.MODEL, texts(), source=str(folder))

    assert type(module.backbone) is BertModel
    assert {"auto_map", "_attn_implementation", "dtype"}.isdisjoint(info.backbone)
    assert module.head.weight.dtype == module.backbone.embeddings.word_embeddings.weight.dtype == torch.float32
