"""Upload routes: files and images from the browser to disk, and images back."""

from collections.abc import Callable, Iterable

from starlette.routing import Route

from core.access.token import LOOPBACK
from core.services.dataset_service import DatasetService
from core.web.uploads.files import file_routes
from core.web.uploads.guard import guarded
from core.web.uploads.images import image_routes


def upload_routes(
    open_dataset_service: Callable[[], DatasetService], allowed_hosts: Iterable[str] = LOOPBACK
) -> list[Route]:
    """Return the routes to mount.

    Args:
        open_dataset_service: Returns the process's shelf; called at the first request, not before.
        allowed_hosts: Host names under which the dashboard may be reached, as in `core.web.routes`.
    """
    hosts = tuple(host.strip().lower() for host in allowed_hosts) or LOOPBACK
    routes = [*file_routes(open_dataset_service), *image_routes(open_dataset_service)]
    return [Route(path, guarded(endpoint, hosts), methods=[method]) for method, path, endpoint in routes]
