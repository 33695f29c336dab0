/* English for the card of a household. */

export default {
  "显示姓名和电话": "Show name and telephone",
  "显示地址": "Show the address",
  "显示家人的姓名和电话": "Show names and telephones of the family",
  "显示": "Show",
  "不看了": "Never mind",
  "重新遮住": "Mask again",
  "已显示，这次查看已经记下。": "Shown. This look has been logged.",
  "请写明为什么要看，至少 5 个字。": "Please say why, in at least 5 characters.",
  "为什么要看（至少 5 个字）": "Why you need to see it (at least 5 characters)",
  "会记下您的姓名、时间和理由，这家人可以要求知道谁看过。": "Your name, the time and your reason are logged; the family may ask who has looked.",
  "家庭成员": "People",
  "未成年": "Minor",
  "{year}年出生": "born {year}",
  "还没有登记家庭成员。": "Nobody is entered yet.",
  "这户的经过": "What happened",
  "更早的": "Earlier",
  "还没有记录。": "Nothing yet.",

  // A write that was asked for twice
  "这一步正在办，请过几秒再试。": "This is being done. Please try again in a few seconds.",
  "这一步已经办好了，没有重复办。": "This was done already; it was not done twice.",
};
