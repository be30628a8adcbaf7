"""Draws small pictures that stand for photos; they say themselves that they were generated."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from random import Random

SIZE = (960, 640)
EXIF_PART, TAKEN = 0x8769, 0x9003


def picture(moment: datetime, dice: Random) -> bytes:
    """A JPEG with the time of taking where a camera writes it."""
    from PIL import Image, ImageDraw, ImageFilter  # slow import

    sky = (dice.randint(150, 200), dice.randint(190, 220), dice.randint(210, 240))
    image = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 430, *SIZE), fill=(120 + dice.randint(0, 40),) * 3)
    for left in range(-40, SIZE[0], 160):
        top, shade = dice.randint(120, 300), dice.randint(140, 210)
        draw.rectangle((left, top, left + dice.randint(90, 150), 440), fill=(shade, shade - 10, shade - 25))
    for _person in range(dice.randint(4, 12)):
        x, y = dice.randint(60, SIZE[0] - 60), dice.randint(430, 560)
        coat = tuple(dice.randint(30, 220) for _ in range(3))
        draw.ellipse((x - 9, y - 22, x + 9, y - 4), fill=(224, 188, 160))
        draw.rounded_rectangle((x - 14, y - 4, x + 14, y + 46), radius=8, fill=coat)
    image = image.filter(ImageFilter.GaussianBlur(1.2))
    ImageDraw.Draw(image).text((24, SIZE[1] - 36), "GENERATED FOR THE DEMONSTRATION", fill=(255, 255, 255))
    exif = Image.Exif()
    exif.get_ifd(EXIF_PART)[TAKEN] = f"{moment:%Y:%m:%d %H:%M:%S}"
    content = BytesIO()
    image.save(content, "JPEG", quality=80, exif=exif)
    return content.getvalue()
