"""Words that judge a family, and what to write instead.

A text about a family says what it needs and what we do. A word on this list is no crime; whoever
wrote it is shown another way to say it before anything is kept.
"""

import re

from core.errors import Invalid

# Each with what to write instead. A pattern may leave room for what stands in between.
_WORDS: list[tuple[str, str]] = [
    (r"重点(?:人员|人群|户|对象|家庭)", "写清楚需要什么支持，例如“需要照护老人方面的帮助”"),
    (r"(?:高?风险|高危|隐患|危险)(?:户|家庭|人员|等级|人群)", "写“需要多联系的家庭”"),
    (r"(?:问题|落后|后进)(?:户|家庭|儿童|少年|妇女|人员)", "写“需要……方面帮助的家庭”"),
    (r"(?:黑|灰)名单|监控对象|重点管控|稳控|盯防|严防", "写“多走访、多联系”"),
    (r"不稳定因素|不安定因素|上访(?:户|人员|专业户)|缠访|闹访|老上访", "写“有诉求，需要有人听、有人办”"),
    (r"刁民|难缠|不可理喻|胡搅蛮缠|无理取闹|蛮不讲理", "写对方提出了什么要求"),
    (r"懒汉|懒惰|懒户|好吃懒做|不务正业|游手好闲|等靠要", "写“需要就业或技能方面的帮助”"),
    (r"素质(?:低|差|不高)|没素质|愚昧|无知|文盲", "写需要怎样说明，例如“需要当面讲解政策”"),
    (r"泼妇|悍妇|怨妇|剩女|大龄剩|不守妇道|作风(?:问题|不好|不正)|生活不检点|破鞋", "不写对妇女品行的评价，只写事实和需要"),
    (r"(?:精神病|神经病|疯子|傻子|疯女人|脑子有病|智障|弱智)", "写“需要心理或医疗方面的帮助”，病情记在敏感情况里"),
    (r"残废|瘸子|瞎子|聋子|哑巴|瘫子", "写“残疾人”，需要什么支持记在敏感情况里"),
    (r"酒鬼|赌鬼|赌徒|瘾君子|吸毒(?:户|家庭|人员)|劳改(?:犯|释放)|刑满释放人员", "写需要什么帮助；涉及违法的事由有关部门记录"),
    (r"寡妇|光棍|绝户|二婚头|拖油瓶|野种|没爹没娘", "写“一人带孩子”“独自生活”等事实"),
    (r"家丑|床头打架床尾和|一个巴掌拍不响|清官难断家务事|活该|自找的|咎由自取", "不判断谁对谁错；担心安全时请用“提出担心”"),
    (r"家暴(?:户|家庭)|施暴(?:户|家庭)|受虐(?:户|妇女)", "不在这里写；担心安全时请用“提出担心”，只有个案工作者能看"),
]  # fmt: skip
_FAULTS = [(re.compile(pattern), instead) for pattern, instead in _WORDS]


class WordsThatJudge(Invalid):
    """`faults` in the detail: each word with another way to say it."""


def faults(text: str) -> list[tuple[str, str]]:
    """Every word in a text that judges, as it stands there, with what to write instead."""
    # Somebody puts a space or a dot between the letters.
    plain = re.sub(r"[\s·・._*-]+", "", text)
    found: dict[str, str] = {}
    for pattern, instead in _FAULTS:
        for match in pattern.finditer(plain):
            found.setdefault(match[0], instead)
    return list(found.items())


def require_fair(*texts: str) -> None:
    """Raise WordsThatJudge, in words for the user, if one of the texts judges."""
    found = [fault for text in texts for fault in faults(text)]
    if found:
        said = "；".join(f"“{word}”请换个说法：{instead}" for word, instead in found)
        listed = [{"word": word, "instead": instead} for word, instead in found]
        raise WordsThatJudge(f"{said}。", faults=listed)
