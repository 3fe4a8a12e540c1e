"""Classes of demand: how often something is sold, and how much the sizes of sales differ.

ADI is the average interval between sales (counting periods by periods with a sale), CV² the squared coefficient of
variation of the sizes of sales. Syntetos, Boylan & Croston 2005 part the plane where one estimator begins to be better
than another: at ADI 1.32 and CV² 0.49.

| | CV² below 0.49 | CV² 0.49 and more |
|---|---|---|
| ADI below 1.32 | smooth | erratic |
| ADI 1.32 and more | intermittent | lumpy |

A series without a sale is `none`, one with fewer counting periods than asked for `too_new`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from replenisher.planning.demand.panel import Panel, Real, Whole

ADI_LIMIT = 1.32
CV2_LIMIT = 0.49


class DemandClass(Enum):
    """How a product sells at a location; the value is its code in frames and rules."""

    SMOOTH = "smooth"
    INTERMITTENT = "intermittent"
    ERRATIC = "erratic"
    LUMPY = "lumpy"
    TOO_NEW = "too_new"
    NONE = "none"


CLASSES = tuple(DemandClass)
CLASS_DTYPE = pd.CategoricalDtype([one.value for one in CLASSES])
"""The dtype of a column of classes; a class's code is its place in CLASSES."""


@dataclass(frozen=True)
class Shape:
    """What a class is decided by, per series: ADI (infinite without a sale), CV² (0 for one sale), counting periods."""

    adi: Real
    cv2: Real
    periods: Whole


def shape_of(panel: Panel) -> Shape:
    """Measure each series.

    The variance is that of a sample, as in the published figures.

    Worked example: 2, 0, 4, 0, 0, 0: 6 periods and 2 sales, ADI 3; sizes 2 and 4 have mean 3 and variance 2, CV² 2/9.
    """
    units, length = panel.packed()
    sold = units > 0
    sales = sold.sum(axis=1)
    total = units.sum(axis=1)
    some = np.maximum(sales, 1)
    mean = total / some
    # Around the mean: the difference of two large sums of squares would lose digits.
    gaps = np.where(sold, units - mean[:, None], 0.0)
    variance = np.einsum("ij,ij->i", gaps, gaps) / np.maximum(sales - 1, 1)
    adi = np.where(sales > 0, length / some, np.inf)
    cv2 = np.where(sales > 0, variance / np.where(mean > 0, mean, 1.0) ** 2, 0.0)
    return Shape(adi, cv2, length)


def classify(shape: Shape, least_periods: int = 0) -> Whole:
    """Give each series' class as its place in CLASSES.

    Worked example: ADI 1.32 and CV² 0.49 exactly are lumpy; a hair less of each is smooth.
    """
    rare, uneven = shape.adi >= ADI_LIMIT, shape.cv2 >= CV2_LIMIT
    place = {one: number for number, one in enumerate(CLASSES)}
    found = np.select(
        [~np.isfinite(shape.adi), shape.periods < least_periods, rare & uneven, rare, uneven],
        [
            place[DemandClass.NONE],
            place[DemandClass.TOO_NEW],
            place[DemandClass.LUMPY],
            place[DemandClass.INTERMITTENT],
            place[DemandClass.ERRATIC],
        ],
        place[DemandClass.SMOOTH],
    )
    return found.astype(np.int64)
