"""The five-colour scheme as 建安区 published it (2023): colours and what is done for each.

Cadence, review and weight are starting values for a county to change in its own scheme.
"""

DEFAULT_NAME = "五色家庭工作法"
# Whoever changes a colour again within so many days has somebody look a second time.
FLIP_DAYS = 30
FIVE_COLOURS = [
    {
        "slot": 1, "name": "红色", "letter": "红", "shape": "diamond", "action": "密切关注",
        "cadence_days": 7, "review_days": 30, "visit_minutes": 40, "weight": 8.0,
        "reasons": [
            "需要人身安全方面的支持", "需要及时化解家庭矛盾", "需要心理陪伴与疏导", "需要联合多部门共同帮助",
        ],
    },
    {
        "slot": 2, "name": "橙色", "letter": "橙", "shape": "triangle", "action": "及时介入",
        "cadence_days": 14, "review_days": 60, "visit_minutes": 30, "weight": 5.0,
        "reasons": ["需要婚姻家庭调解", "需要邻里或亲属关系调解", "需要法律咨询与援助"],
    },
    {
        "slot": 3, "name": "黄色", "letter": "黄", "shape": "square", "action": "温情服务",
        "cadence_days": 30, "review_days": 90, "visit_minutes": 20, "weight": 3.0,
        "reasons": ["需要生活上的帮扶", "需要照护老人、儿童或病人方面的帮助", "需要就业或技能培训"],
    },
    {
        "slot": 4, "name": "蓝色", "letter": "蓝", "shape": "hexagon", "action": "走访联系",
        "cadence_days": 60, "review_days": 180, "visit_minutes": 15, "weight": 2.0,
        "reasons": ["家人长期在外，需要常联系", "希望参加村里的活动", "需要政策告知与联络"],
    },
    {
        "slot": 5, "name": "绿色", "letter": "绿", "shape": "circle", "action": "加强宣传",
        "cadence_days": 120, "review_days": 365, "visit_minutes": 10, "weight": 1.0,
        "reasons": ["愿意分享家庭经验", "愿意参加志愿服务", "希望了解最新政策与活动"],
    },
]  # fmt: skip
