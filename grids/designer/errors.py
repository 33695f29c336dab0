"""Why a design, a split or a merge was not made."""

from core.errors import Invalid


class NothingToDesign(Invalid):
    message = "这里没有可以划分的范围。"


class TooManyGrids(Invalid):
    message = "要的网格比房屋还多，请减少网格数。"


class TooFewGrids(Invalid):
    message = "本村由几块互不相连的地方组成，网格数不能比它们少。"


class LockedApart(Invalid):
    message = "锁定在同一个网格的家庭连不成一片，请先解开其中一些。"


class TooManyLocked(Invalid):
    message = "锁定的家庭已经占满所有房屋，有网格分不到一户。"


class LineDoesNotCross(Invalid):
    message = "这条线没有把网格切开：请从网格外面画起，穿过网格，在外面结束。"


class LineCrossesItself(Invalid):
    message = "画的线自己打了结，请重新画一条不打结的线。"


class LineThroughHousehold(Invalid):
    message = "这条线离房屋不到 1 米，请绕开房屋再画。"


class PartWithoutHouseholds(Invalid):
    message = "切开后有一块里没有家庭，请换个地方画线。"


class PartNotWhole(Invalid):
    message = "切开后会多出零碎的块，请画一条只进出一次的线。"


class NotNeighbours(Invalid):
    message = "这些网格不相邻，合并后连不成一片；请只选相邻的网格。"
