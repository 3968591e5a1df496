from PIL import Image, ImageEnhance, ImageOps

from core.data.images.decoding import decode
from core.data.images.image_hash import hash_pixels, perceptual_hash
from tests.data.images.drawing import noise, saved


def test_the_same_pixels_have_the_same_hash_however_they_were_saved() -> None:
    image = noise()
    hashes = {hash_pixels(decode(saved(image, kind))) for kind in ("PNG", "BMP", "TIFF")}
    assert len(hashes) == 1
    assert len(hashes.pop()) == 16


def test_other_pixels_or_another_shape_have_another_hash() -> None:
    image = noise(size=(20, 10))
    assert hash_pixels(image) != hash_pixels(ImageOps.mirror(image))
    assert hash_pixels(Image.new("L", (20, 10))) != hash_pixels(Image.new("L", (10, 20)))


def test_pictures_that_look_alike_differ_in_few_bits() -> None:
    image = noise(1, (16, 12)).resize((320, 240))
    brighter = ImageEnhance.Brightness(image.resize((160, 120))).enhance(1.1)
    other = noise(2, (16, 12)).resize((320, 240))
    first, second, third = (perceptual_hash(p) for p in (image, brighter, other))
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first ^ second).bit_count() <= 6
    assert (first ^ third).bit_count() > 15


def test_small_pictures_have_no_looks() -> None:
    assert perceptual_hash(noise(size=(47, 200))) is None
    assert perceptual_hash(noise(size=(48, 48), mode="L")) is not None
