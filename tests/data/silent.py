"""For imports that nobody watches."""

from core.data.staging import Unit


class Silent:
    """Progress that nobody watches."""

    def stage(self, name: str, total: int, unit: Unit) -> None:
        """Say nothing."""

    def advance(self, done: int) -> None:
        """Say nothing."""
