"""Why something was not done to a grid, a draft or an assignment."""

from core.errors import Conflict, Invalid, NotAllowed


class GridTaken(Conflict):
    message = "别人刚刚改了这个网格的主责，请看清楚后再定。"


class SupportChanged(Conflict):
    message = "别人刚刚改了这个网格的协同人员，请看清楚后再定。"


class DraftChanged(Conflict):
    message = "别人刚刚改了这份草稿，您的这一步没有做；请先看对方改了什么。"


class StaleDraft(Conflict):
    message = "草稿做好以后，有的网格已经变了；请逐个选用哪一种。"


class HouseholdsChanged(Conflict):
    message = "看过之后，家庭又有变动；草稿已按现在的家庭重算，请再看一遍后发布。"


class ChangedSince(Conflict):
    message = "这次调整之后，有的网格又改过，不能整个撤销；请新建草稿单独调整。"


class DraftClosed(Conflict):
    message = "这份草稿已经发布或放弃，不能再改。"


class AlreadyUndone(Conflict):
    message = "这次调整已经撤销过了。"


class MayOnlyPropose(NotAllowed):
    message = "村里可以提出方案，由乡镇妇联发布。"


class NothingSelected(Invalid):
    message = "没有选中任何网格，请先在地图或列表上选。"


class GridNotHere(Invalid):
    message = "有的网格不在这份草稿的范围里，或刚刚已经拆分、合并；请刷新后重新选。"


class NothingToUndo(Invalid):
    message = "没有可以撤销的步骤。"


class NothingToRedo(Invalid):
    message = "没有可以重做的步骤。"


class NothingToPublish(Invalid):
    message = "草稿里没有任何改动。"


class NothingChanges(Invalid):
    message = "已经是这样了，没有改动。"


class GridIsLocked(Invalid):
    message = "有的网格已锁定，请先解锁。"


class MergeAcrossVillages(Invalid):
    message = "选中的网格分属不同的村。一个网格只能在一个村里，请只选同一个村的网格。"


class MergeNeedsTwo(Invalid):
    message = "合并至少要选两个网格。"


class MemberElsewhere(Invalid):
    message = "这位同志的任职地不在这个乡镇，不能负责这里的网格；请换一位。"


class MemberCannotAnswer(Invalid):
    message = "这位同志已停用，或她的岗位不负责网格；请换一位。"


class MemberOnLeave(Invalid):
    message = "这位同志正在请假，请先安排代管或换一位。"


class LassoCrossesItself(Invalid):
    message = "圈选的线自己交叉了，请重新圈一个不打结的圈。"


class NotAShape(Invalid):
    message = "画的图形不完整，请重新画。"


class NotTiled(Invalid):
    message = "这样一来，村里有的地方会没有网格或有两个网格，没有改动。"


class CodesUsedUp(Invalid):
    message = "这个村的网格序号已用到 999，编不出新号。"


class DayIsPast(Invalid):
    message = "生效日期要在今天以后。"
