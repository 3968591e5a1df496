"""Small random changes of training batches that teach a model invariances.

All of it works on whole batches, where they lie, and draws from PyTorch's own chance of that device alone: a run that
is resumed sees the very pictures that it would have seen. Labels are never touched, and nothing is changed in what a
model is judged on.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from core.specs import DataInfo, TaskSpec
from core.specs.config import TrainConfig

Augmentation = Callable[[Tensor], Tensor]

BRIGHTEST = 255.0
LUMA = (0.299, 0.587, 0.114)  # how bright red, green and blue seem (ITU-R BT.601)
MIDDLE_GREY = 0.5  # what hides a part of a picture where the data's mean is not known


def augmenter(config: TrainConfig, task: TaskSpec, info: DataInfo) -> Augmentation | None:
    """Return the random augmentation of training inputs, or None if all are off.

    Args:
        config: How strong each change is; those that do not fit the task's inputs are passed over.
        task: Pictures, texts or tables.
        info: The shape of an input, the mean of the pictures' channels, the id of padding.

    Shapes:
        pictures (B, C, H, W), uint8 or float of 0..255 -> the same shape, uint8 where it came so and no pixel had to
        be computed anew, else float32 of 0..255. Ids of tokens (B, T) -> (B, T).

    Source:
        Flips and crops: Krizhevsky et al., ImageNet Classification with Deep CNNs, 2012.
        Squares: DeVries and Taylor, Cutout, 2017. https://arxiv.org/abs/1708.04552
        Words: Iyyer et al., Deep Unordered Composition (word dropout), 2015. https://aclanthology.org/P15-1162
    """
    steps: list[Augmentation] = []
    if task.augments == "pixels" and len(info.input_shape) == 3:
        steps = _image_steps(config, info)
    elif task.augments == "tokens" and config.augment_token_dropout:
        steps = [_token_dropout(config.augment_token_dropout, info)]
    return _one_after_the_other(steps) if steps else None


def _one_after_the_other(steps: list[Augmentation]) -> Augmentation:
    @torch.no_grad()
    def augment(inputs: Tensor) -> Tensor:
        for step in steps:
            inputs = step(inputs)
        return inputs

    return augment


def _image_steps(config: TrainConfig, info: DataInfo) -> list[Augmentation]:
    """Return the image augmentations in order: geometric, then photometric, then erasing."""
    steps: list[Augmentation] = []
    if config.augment_flip:
        steps.append(_random_mirror)
    if config.augment_rotate_deg or config.augment_scale:
        steps.append(_random_warp(config.augment_rotate_deg, config.augment_scale, config.augment_crop))
    elif config.augment_crop:  # whole pixels need no interpolation: a third of the time, and the data stays bytes
        steps.append(_random_shift(config.augment_crop))
    if config.augment_color:
        steps.append(_random_color(config.augment_color))
    if config.augment_cutout:
        steps.append(_random_square(config.augment_cutout, info))
    return steps


# --- chance ---


def _between(low: float, high: float, count: int, like: Tensor) -> Tensor:
    """Return `count` random numbers of low..high on the device of `like`."""
    return torch.rand(count, device=like.device) * (high - low) + low


def _random_mirror(images: Tensor) -> Tensor:
    return mirrored(images, torch.rand(len(images), device=images.device) < 0.5)


def _random_shift(share: float) -> Augmentation:
    def shift(images: Tensor) -> Tensor:
        count, device = len(images), images.device
        rows, columns = (max(round(share * side), 1) for side in images.shape[2:])
        down = torch.randint(-rows, rows + 1, (count,), device=device)
        right = torch.randint(-columns, columns + 1, (count,), device=device)
        return shifted(images, down, right)

    return shift


def _random_warp(degrees: float, zoom: float, crop: float) -> Augmentation:
    def warp(images: Tensor) -> Tensor:
        count = len(images)
        angle = _between(-math.radians(degrees), math.radians(degrees), count, images)
        scale = _between(1 - zoom, 1 + zoom, count, images)
        down, right = (_between(-crop, crop, count, images) for _ in range(2))
        return warped(images, angle, scale, down, right)

    return warp


def _random_color(share: float) -> Augmentation:
    def recolor(images: Tensor) -> Tensor:
        return recolored(images, *(_between(1 - share, 1 + share, len(images), images) for _ in range(3)))

    return recolor


def _random_square(share: float, info: DataInfo) -> Augmentation:
    channels = info.channel_mean or (MIDDLE_GREY,) * info.input_shape[0]
    fill = torch.tensor([mean * BRIGHTEST for mean in channels])

    def hide(images: Tensor) -> Tensor:
        count, height, width = len(images), *images.shape[2:]
        side = max(round(share * min(height, width)), 1)
        top = torch.randint(height - side + 1, (count,), device=images.device)
        left = torch.randint(width - side + 1, (count,), device=images.device)
        return with_square_hidden(images, top, left, side, fill)

    return hide


def _token_dropout(share: float, info: DataInfo) -> Augmentation:
    # The first and last token of a pretrained model's text are its marks of beginning and end, not words.
    marked = bool(info.backbone)

    def drop(ids: Tensor) -> Tensor:
        if ids.is_floating_point():  # texts that are vectors already have no words any more
            return ids
        return without_tokens(ids, torch.rand(ids.shape, device=ids.device), share, info.padding_id, marked)

    return drop


# --- pictures ---


def mirrored(images: Tensor, chosen: Tensor) -> Tensor:
    """Return the pictures, those that are `chosen` (B,) with left and right swapped."""
    both = torch.cat([images, images.flip(3)])
    return both.index_select(0, torch.arange(len(images), device=images.device) + len(images) * chosen)


def shifted(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Return images shifted by whole pixels; the revealed edges are mirror images.

    Args:
        images: (B, C, H, W).
        down: (B,) pixels, up where negative; at most H.
        right: (B,) pixels, left where negative; at most W.
    """
    height, width = images.shape[2:]
    rows = _reflected(torch.arange(height, device=images.device) - down[:, None], height)  # (B, H)
    columns = _reflected(torch.arange(width, device=images.device) - right[:, None], width)  # (B, W)
    places = (rows[:, :, None] * width + columns[:, None, :]).flatten(1)  # (B, H * W)
    flat = images.flatten(2)
    return flat.gather(2, places[:, None].expand(flat.shape)).view(images.shape)


def _reflected(places: Tensor, size: int) -> Tensor:
    """Return positions with those beyond an edge reflected: -1 is 0, -2 is 1."""
    folded = torch.where(places < 0, -1 - places, places)
    return torch.where(folded >= size, 2 * size - 1 - folded, folded)


def warped(images: Tensor, angle: Tensor, zoom: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Return the pictures turned, zoomed and moved in one interpolation, mirrored beyond their edges.

    Args:
        images: (B, C, H, W) of 0..255.
        angle: (B,) radians, clockwise.
        zoom: (B,) 2 shows everything twice as large.
        down: (B,) share of the height.
        right: (B,) share of the width.

    Shapes:
        (B, C, H, W) -> (B, C, H, W) float32
    """
    height, width = images.shape[2:]
    # Where each pixel lies from the middle, in pixels: turning must not shear what is not square.
    y = torch.arange(height, device=images.device) - (height - 1) / 2 - (down * height)[:, None]  # (B, H)
    x = torch.arange(width, device=images.device) - (width - 1) / 2 - (right * width)[:, None]  # (B, W)
    cos, sin = (angle.cos() / zoom)[:, None], (angle.sin() / zoom)[:, None]
    # Where it comes from, in shares of half the side as `grid_sample` counts: a share of its row, one of its column.
    from_x = (x * cos * (2 / width))[:, None, :] + (y * sin * (2 / width))[:, :, None]  # (B, H, W)
    from_y = (x * -sin * (2 / height))[:, None, :] + (y * cos * (2 / height))[:, :, None]
    grid = torch.stack((from_x, from_y), dim=-1)
    return F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False).clamp_(0, BRIGHTEST)


def recolored(images: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    """Return the pictures with other light and colours.

    Args:
        images: (B, C, H, W) of 0..255.
        brightness: (B,) by which every pixel is multiplied.
        contrast: (B,) by which its distance to the picture's mean grey is.
        saturation: (B,) by which its distance to its own grey is; means nothing where there is one channel.

    Shapes:
        (B, C, H, W) -> (B, C, H, W) float32
    """
    flat, channels = images.flatten(2).float(), images.shape[1]
    luma = flat.new_tensor(LUMA if channels == len(LUMA) else (1 / channels,) * channels)
    grey = (flat.mean(2) @ luma).view(-1, 1, 1)  # (B, 1, 1)
    bright, sharp, colorful = (factor.view(-1, 1, 1) for factor in (brightness, contrast, saturation))
    # All three are sums of channels and a number, so they are one matrix a picture.
    own = torch.eye(channels, device=flat.device)
    mixed = bright * sharp * (colorful * own + (1 - colorful) * luma)  # (B, C, C)
    added = (bright * (1 - sharp) * grey).expand(-1, channels, 1)
    return torch.baddbmm(added, mixed, flat).clamp_(0, BRIGHTEST).view(images.shape)


def with_square_hidden(images: Tensor, top: Tensor, left: Tensor, side: int, fill: Tensor) -> Tensor:
    """Return the pictures with one square of each blanked out.

    Args:
        images: (B, C, H, W) of 0..255.
        top: (B,) its first row.
        left: (B,) its first column.
        side: Of the square, in pixels.
        fill: (C,) the colour that says nothing, of 0..255.
    """
    span = torch.arange(side, device=images.device)
    rows, columns = top[:, None] + span, left[:, None] + span  # (B, S)
    places = (rows[:, :, None] * images.shape[3] + columns[:, None, :]).flatten(1)  # (B, S * S)
    color = fill if images.is_floating_point() else fill.round()
    color = color.to(images).view(1, -1, 1)
    shape = (*images.shape[:2], side * side)
    hidden = images.flatten(2).scatter(2, places[:, None].expand(shape), color.expand(shape))
    return hidden.view(images.shape)


# --- texts ---


def without_tokens(ids: Tensor, noise: Tensor, share: float, padding_id: int, marked: bool = False) -> Tensor:
    """Return texts with some tokens dropped; the others close up before the padding.

    Args:
        ids: (B, T), padded at the end.
        noise: (B, T) of 0..1: tokens below `share` go, but never the last one of a text.
        share: Of the tokens that go, on average.
        padding_id: What fills up a row.
        marked: Whether the first and last token are marks that always stay.
    """
    real = ids != padding_id
    kept = real & (noise >= share)
    likeliest = torch.where(real, noise, -1.0).argmax(1, keepdim=True)
    kept = kept.scatter(1, likeliest, True) & real
    if marked:
        last = real & ~F.pad(real[:, 1:], (0, 1))
        kept = kept | last
        kept[:, :1] = real[:, :1]
    # Each kept token goes to the place that its rank gives it; the others to a column that is cut off.
    length = ids.shape[1]
    places = torch.where(kept, kept.cumsum(1) - 1, length)
    row = torch.full((len(ids), length + 1), padding_id, dtype=ids.dtype, device=ids.device)
    return row.scatter(1, places, ids)[:, :length]
