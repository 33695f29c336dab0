"""Why a step is not taken, in words for whoever wanted to take it."""

from core.errors import Conflict, Invalid, NotAllowed, NotFound


class NoSuchDispute(NotFound):
    code = "not_found"
    message = "没有找到这件纠纷。"


class NoSuchReferral(NotFound):
    code = "not_found"
    message = "没有找到这份转介。"


class NotHerStep(NotAllowed):
    message = "这一步由别的岗位办理。"


class NowhereToBe(Invalid):
    message = "请选是哪一户；不是某一户的，请选在哪个村。"


class NotInYourPlace(Invalid):
    message = "这个地方不在您负责的范围里。"


class WordsMissing(Invalid):
    message = "请写几句话，至少 5 个字。"


class NotYet(Invalid):
    message = "已经发生的事，日期不能在今天以后。"


class MayBeTheSame(Conflict):
    """`disputes` in the detail: number and id of each."""

    message = "这户已经有同一类的纠纷还没有办完。确认不是同一件事，再登记一次。"


class FamilyMissing(Invalid):
    message = "有人受到伤害或者威胁时，请先选是哪一户，才能马上保护。情况紧急请直接拨打 110。"


class ReportMissing(Invalid):
    message = (
        "涉及未成年人或者不能自己作主的成年人，应当立即报告公安机关（反家庭暴力法第十四条）。"
        "请写明哪天报告的；没有报告的，请写明理由，理由会交给个案负责人看。"
    )


class AgreementMissing(Invalid):
    message = "请写明双方约定了什么。"


class NoticeOwed(Invalid):
    message = (
        "调解不成的，要先告知当事人可以通过仲裁、行政、司法等途径维护权利（人民调解法第二十六条）。"
        "请打印告知书，告知以后再结束。"
    )


class ConsentMissing(Invalid):
    message = "转介要有本人同意（谁、哪天、怎样同意），或者写明依据哪条职责。"


class NothingChosen(Invalid):
    message = "请写明请对方做什么，并选定给对方看的内容。"


class TooMuchChosen(Invalid):
    message = "有人受到伤害的纠纷，只把最少的内容交给对方。"


class NoSuchOffice(Invalid):
    message = "本地没有这个单位的账号，请先联系系统管理员。"


class AlreadySent(Conflict):
    message = "这件纠纷已经转给这个单位，还没有办结。"


class VictimNotAsked(Conflict):
    message = "有人受到伤害的纠纷，要先单独听取当事人本人的意见，再由个案负责人同意，才能联合调解。"


class NotTheLead(NotAllowed):
    message = "这一句要由这个个案的负责人说。"


class AlreadySupervised(Conflict):
    message = "这件纠纷已经在督办。"
