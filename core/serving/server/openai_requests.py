"""Requests of OpenAI's API; unknown parameters are refused, not ignored."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_TOKENS = 4_096
MOST_CHOICES = 16
MOST_STOPS = 4
MOST_LOGPROBS = 20
Stop = str | Annotated[list[str], Field(max_length=MOST_STOPS)] | None


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False)

    model: str
    user: str | None = None  # who asks, for the client's own books


class StreamOptions(BaseModel):
    """Of a stream: whether the last piece counts the tokens."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool = False


class _Writing(_Asked):
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    top_k: Annotated[int, Field(ge=0)] = 0  # beside OpenAI's own, as vLLM and others have it
    n: Annotated[int, Field(ge=1, le=MOST_CHOICES)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    stop: Stop = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None


class CompletionRequest(_Writing):
    """`POST /v1/completions`."""

    prompt: str | Annotated[list[str], Field(min_length=1, max_length=MOST_CHOICES)] = ""
    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] | None = None
    logprobs: Annotated[int, Field(ge=0, le=MOST_LOGPROBS)] | None = None
    echo: Literal[False] | None = None


class ChatMessage(BaseModel):
    """One turn of a conversation."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[dict[str, Any]]

    @property
    def text(self) -> str:
        """The text of the turn, also where it is in parts."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(str(part.get("text", "")) for part in self.content)


class ChatRequest(_Writing):
    """`POST /v1/chat/completions`."""

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=1_000)]
    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=MOST_LOGPROBS)] | None = None


class EmbeddingRequest(_Asked):
    """`POST /v1/embeddings`."""

    input: str | Annotated[list[str], Field(min_length=1)]
    encoding_format: Literal["float", "base64"] = "float"
