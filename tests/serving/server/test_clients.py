"""The server answers the clients that people have: openai, huggingface_hub and curl."""

import csv
import io
import json
import subprocess
import time
from typing import Any

import httpx
import openai
import pytest
from huggingface_hub import InferenceClient
from huggingface_hub.errors import HfHubHTTPError

from tests.golden.test_home import SAVED
from tests.serving.server.conftest import TOKEN, Server

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ROW = {"area": 120, "rooms": 4, "city": "Wien"}


@pytest.fixture(scope="module")
def client(server: Server) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=TOKEN, max_retries=0, timeout=600)


def hugging_face(server: Server, run: str) -> InferenceClient:
    return InferenceClient(model=f"{server.url}/models/{run.replace(' ', '%20')}", token=TOKEN, timeout=600)


def ask(server: Server, run: str, **how: Any) -> httpx.Response:
    headers = HEADERS | how.pop("headers", {})
    return httpx.post(f"{server.url}/models/{run}", headers=headers, timeout=600, **how)


def test_openai_lists_the_runs_that_have_a_model(client: openai.OpenAI) -> None:
    named = {model.name for model in client.models.list()}  # type: ignore[attr-defined]
    assert "golden texts" in named
    assert "golden logged" not in named  # it was trained elsewhere
    assert client.models.retrieve("golden docs").id in {model.id for model in client.models.list()}


def test_openai_gets_the_same_text_whole_and_as_a_stream(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {
        "model": "golden docs", "prompt": "The ", "max_tokens": 40, "seed": 1, "temperature": 0.5, "top_p": 0.9,
    }  # fmt: skip
    whole = client.completions.create(**asked)
    chunks = list(client.completions.create(**asked, stream=True, stream_options={"include_usage": True}))
    assert whole.choices[0].text == "".join(chunk.choices[0].text for chunk in chunks if chunk.choices)
    assert whole.choices[0].finish_reason == "length"
    assert whole.usage is not None
    assert whole.usage == chunks[-1].usage
    assert (whole.usage.prompt_tokens, whole.usage.completion_tokens) == (4, 40)


def test_openai_gets_several_answers_with_probabilities(client: openai.OpenAI) -> None:
    answer = client.completions.create(
        model="golden writing", prompt=["The lamp", "A"], n=2, max_tokens=6, logprobs=3, seed=7
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert answer.choices[0].text != answer.choices[1].text  # each has a seed of its own
    told = answer.choices[0].logprobs
    assert told is not None
    assert told.tokens is not None
    assert told.top_logprobs is not None
    assert "".join(told.tokens) == answer.choices[0].text
    assert [len(likeliest) for likeliest in told.top_logprobs] == [3] * 6


def test_openai_text_ends_before_a_stop_text(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {"model": "golden writing", "prompt": "The lamp", "max_tokens": 80, "seed": 3}
    free = client.completions.create(**asked).choices[0]
    stop = free.text[10:13]
    ended = client.completions.create(**asked, stop=[stop]).choices[0]
    assert ended.text == free.text[: free.text.index(stop)]
    assert ended.finish_reason == "stop"


def test_hugging_face_gets_labels_with_scores(server: Server) -> None:
    saved = SAVED["predictions"]["golden texts"]
    said = hugging_face(server, "golden texts").text_classification("Great service, thank you so much!", top_k=2)
    assert {one.label: one.score for one in said} == pytest.approx(dict([*saved["scores"].items()][:2]), abs=1e-3)
    image = (server.sources / "bar.png").read_bytes()
    saved = SAVED["predictions"]["golden shapes"]
    found = hugging_face(server, "golden shapes").image_classification(image, top_k=1)
    assert [one.label for one in found] == [saved["label"]]
    assert ask(server, "golden shapes", content=image).json()[0]["label"] == saved["label"]


def test_a_table_by_columns_gets_bare_numbers(server: Server) -> None:
    columns = {name: [value, value] for name, value in ROW.items()}  # as Hugging Face's tabular tasks send it
    values = ask(server, "golden rows", json={"table": columns}).json()
    assert len(values) == 2
    assert ask(server, "golden rows", json={"inputs": ROW}).json()["value"] == pytest.approx(values[0])


def test_hugging_face_gets_text_whole_and_as_a_stream(server: Server) -> None:
    client = hugging_face(server, "golden docs")
    how: dict[str, Any] = {"max_new_tokens": 12, "seed": 3, "temperature": 0.7, "top_p": 0.9}
    whole = client.text_generation("The ", **how)
    assert whole == "".join(client.text_generation("The ", **how, stream=True))
    assert len(whole) == 12
    assert client.text_generation("The ", **how, stop=[whole[5:8]]) == whole[: whole.index(whole[5:8])]


def test_curl_sends_a_csv_file_and_gets_it_back_with_answers(server: Server) -> None:
    (server.sources / "rows.csv").write_text("area,rooms,city,note\n120,4,Wien,=1+1\n60,2,Graz,\n", encoding="utf-8")
    command = [
        "curl", "-s", f"{server.url}/models/golden%20rows", "-H", f"Authorization: Bearer {TOKEN}", "-H",
        "Content-Type: text/csv", "--data-binary", f"@{server.sources / 'rows.csv'}",
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(subprocess.run(command, capture_output=True, text=True, check=True).stdout)))
    assert [row["note"] for row in rows] == ["'=1+1", ""]  # no spreadsheet reads a formula
    assert float(rows[0]["value"]) == pytest.approx(ask(server, "golden rows", json={"inputs": ROW}).json()["value"])


@pytest.mark.parametrize(
    ("run", "how", "status", "sentence"),
    [
        ("nobody", {"json": {"inputs": "a"}}, 404, "There is no run 'nobody'."),
        ("golden logged", {"json": {"inputs": "a"}}, 409, "has no trained model"),
        ("golden texts", {"content": b"{"}, 422, "The request is no JSON object."),
        ("golden texts", {"json": {"inputs": 5}}, 422, "This model reads texts"),
        ("golden texts", {"json": {"inputs": ["a"] * 1001}}, 413, "the most at once are 1,000"),
        ("golden texts", {"json": {"inputs": "a", "parameters": {"top_k": 0}}}, 422, "'top_k' is how many labels"),
        ("golden shapes", {"content": b"no image"}, 422, "is not an image that can be read"),
        ("golden shapes", {"json": {"inputs": "%%"}}, 422, "the bytes of an image file"),
        ("golden rows", {"json": {"inputs": {"area": "much", "rooms": 2, "city": "Graz"}}}, 422, "is not a number"),
        ("golden rows", {"json": {"table": {"area": [1], "rooms": []}}}, 422, "differ in length"),
        ("golden docs", {"json": {"inputs": "a", "parameters": {"temperature": 9}}}, 400, "temperature"),
        ("golden docs", {"content": b"a\n1", "headers": {"Content-Type": "text/csv"}}, 422, "A CSV file is for models"),
        ("golden texts", {"content": b"x" * (33 * 2**20)}, 413, "larger than 32 MB"),
    ],
)  # fmt: skip
def test_bad_requests_get_the_right_status_and_a_sentence(
    server: Server, run: str, how: dict[str, Any], status: int, sentence: str
) -> None:
    answer = ask(server, run, **how)
    assert (answer.status_code, sentence in answer.json()["error"]) == (status, True), answer.text


@pytest.mark.parametrize(
    ("path", "document", "sentence"),
    [
        ("/models/golden%20rows", {"inputs": ROW | {"city": "Atlantis"}}, "Atlantis"),
        ("/models/golden%20rows", {"table": {name: [value] for name, value in (ROW | {"city": "Ys"}).items()}}, "Ys"),
        ("/models/golden%20writing", {"inputs": "a" * 90, "parameters": {"max_new_tokens": 1}}, "The prompt has 90"),
        ("/v1/completions", {"model": "golden writing", "prompt": "a" * 90, "max_tokens": 1}, "The prompt has 90"),
    ],
)  # fmt: skip
def test_what_was_cut_or_is_not_known_is_said_beside_the_answer(
    server: Server, path: str, document: dict[str, Any], sentence: str
) -> None:
    answer = httpx.post(server.url + path, headers=HEADERS, json=document, timeout=600)
    assert answer.status_code == 200
    assert any(sentence in said for said in json.loads(answer.headers["x-touchstone-remarks"])), answer.headers


def test_clients_raise_what_the_server_says(server: Server, client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no chat template"):
        client.chat.completions.create(model="golden docs", messages=[{"role": "user", "content": "Hi"}])
    with pytest.raises(openai.BadRequestError, match="'presence_penalty' is not supported"):
        client.completions.create(model="golden docs", prompt="a", presence_penalty=1)
    with pytest.raises(openai.BadRequestError, match="writes no text"):
        client.completions.create(model="golden texts", prompt="a")
    with pytest.raises(openai.BadRequestError, match="has no encoder"):
        client.embeddings.create(model="golden texts", input="a")
    with pytest.raises(openai.AuthenticationError, match="asks for its token"):
        openai.OpenAI(base_url=f"{server.url}/v1", api_key="another", max_retries=0).models.list()
    with pytest.raises(HfHubHTTPError, match="There is no run"):
        hugging_face(server, "nobody").text_classification("a")


def test_only_what_tells_nothing_is_open_without_a_token(server: Server) -> None:
    answers = {
        path: httpx.get(server.url + path).status_code
        for path in ("/health", "/docs", "/openapi.json", "/metrics", "/v1/models", "/models/golden%20texts")
    }
    assert answers == {
        "/health": 200, "/docs": 200, "/openapi.json": 200, "/metrics": 401, "/v1/models": 401,
        "/models/golden%20texts": 401,
    }  # fmt: skip
    assert "cdn" not in httpx.get(f"{server.url}/docs").text  # it is drawn without a network


def _count(server: Server, name: str) -> float:
    lines = httpx.get(f"{server.url}/metrics", headers=HEADERS).text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def test_a_client_that_leaves_ends_what_was_written_for_it(server: Server) -> None:
    asked = {"model": "golden docs", "prompt": "The ", "max_tokens": 4096, "n": 16, "stream": True}
    with httpx.stream("POST", f"{server.url}/v1/completions", json=asked, headers=HEADERS, timeout=600) as answer:
        next(answer.iter_lines())
    before = -1.0
    for _ in range(600):  # until nothing is written any more
        time.sleep(0.5)
        before, written = _count(server, "touchstone_tokens_written_total"), before
        if before == written:
            break
    assert _count(server, "touchstone_tokens_written_total") == before
    assert before < 16 * 4096
