/* English for every sentence that the modules say; the Chinese one is the key. Loaded only when
   English is chosen. tests/js/messages.test.js keeps it complete and free of leftovers. */

import assign from "./messages-assign.en.js";
import cases from "./messages-cases.en.js";
import file from "./messages-file.en.js";
import household from "./messages-household.en.js";
import visit from "./messages-visit.en.js";

export default {
  ...assign,
  ...cases,
  ...file,
  ...household,
  ...visit,

  // Levels and places
  "区县": "District",
  "乡镇街道": "Town",
  "村（社区）": "Village",
  "网格": "Grid",
  "家庭": "Household",
  "村": "Village",
  "{n}个网格": "{n} grids",
  "{n}户": "{n} households",
  "{n}人": "{n} people",
  "户": "households",
  "少于5": "fewer than 5",
  "下面还没有{level}。": "There is no {level} below this yet.",
  "回到{name}": "Back to {name}",
  "返回{name}": "Back to {name}",
  "回到我的范围": "Back to my area",
  "已打开{name}": "{name} is open",
  "再看一些": "Show more",
  "打印": "Print",

  // What the map shows
  "地图显示": "The map shows",
  "图例": "Legend",
  "主要服务方式": "Main kind of support",
  "某类服务的占比": "Share of one kind of support",
  "未评估的占比": "Share not assessed",
  "到期未复核的占比": "Share overdue for review",
  "每个网格的户数": "Households per grid",
  "没有主责人的网格": "Grids nobody answers for",
  "{action}占比": "Share: {action}",
  "“{action}”的占比": "Share of “{action}”",
  "已评估家庭中，户数最多的一类服务。": "The kind of support most of the assessed households receive.",
  "该类家庭 ÷ 全部家庭。": "Households of this kind ÷ all households.",
  "还没有评估的家庭 ÷ 全部家庭。": "Households not assessed yet ÷ all households.",
  "到了复核日期还没有复核的家庭 ÷ 全部家庭。": "Households past their review date ÷ all households.",
  "全部家庭 ÷ 网格数。": "All households ÷ number of grids.",
  "没有主责人的网格 ÷ 全部网格。": "Grids without a lead ÷ all grids.",
  "{a} 以上": "above {a}",
  "大于 0": "above 0",
  "聚在一处的户数": "Households close together",
  "有待确认的建议": "A proposal waits for confirmation",
  "只统计您负责的网格": "Only the grids you answer for",

  // What we do: the actions of the default scheme
  "密切关注": "Close attention",
  "及时介入": "Timely help",
  "温情服务": "Warm support",
  "走访联系": "Keeping in touch",
  "加强宣传": "Sharing news",
  "未评估": "Not assessed",
  "都未评估": "None assessed",

  // States without a figure
  "没有（数值为0）": "None (the figure is 0)",
  "没有登记家庭": "No households registered",
  "还没有登记家庭": "no households registered yet",
  "还没有划分网格": "No grids drawn yet",
  "不在您的工作范围": "Outside your area of work",
  "少于5户，不显示": "Fewer than 5 households, not shown",
  "这里还没有登记家庭。": "No households are registered here yet.",
  "这里不在您的工作范围内，只能看到地名和边界。": "This is outside your area of work: only names and outlines are shown.",
  "按岗位分工，这里只显示户数，共{n}户。家庭的具体情况由乡镇和村里负责。":
    "Your post sees only how many households there are: {n}. Town and village look after the families themselves.",
  "只统计您负责的网格。": "Only the grids you answer for are counted.",
  "按公布口径：四舍五入到5，少于5的不显示。": "As published: rounded to 5; fewer than 5 is not shown.",
  "您的岗位不按片区查看家庭。这里只有公开的区划、网格，以及网格有没有主责人。":
    "Your post does not look at families by area. Here are public divisions, grids, and whether somebody answers for each grid.",
  "正在加载…": "Loading…",
  "没有打开": "This could not be opened",
  "再试一次": "Try again",

  // Lists
  "到期未复核": "Overdue for review",
  "主责 {name}": "Lead: {name}",
  "暂无主责人": "No lead yet",
  "{no} 号家庭": "Household {no}",
  "{day}复核": "review on {day}",
  "有待确认": "To be confirmed",
  "未落图": "Not on the map",
  "未落图的家庭": "Households not on the map",
  "还没有位置，或位置不在任何网格里，共{n}户。": "Without a position, or outside every grid: {n} households.",
  "先列出前{n}户。": "The first {n} are listed.",
  "都已落图": "All are on the map",
  "这里的每一户都在网格里。": "Every household here lies in a grid.",
  "这里没有您能看到的家庭": "No households that you may see",
  "登记或导入家庭后会出现在这里。": "They appear here once they are registered or imported.",
  "我的网格": "My grids",
  "{name}，您负责{n}个网格。": "{name}, you answer for {n} grids.",
  "未评估 {n}": "{n} not assessed",
  "到期未复核 {n}": "{n} overdue for review",
  "在地图上打开": "Open on the map",
  "看全村地图": "See the whole village",
  "还没有给您分配网格": "No grid has been given to you yet",
  "请联系村妇联主席分配。您仍可以查看地图。": "Please ask the village chair. You can still look at the map.",
  "展开列表": "Open the list",
  "收起列表": "Fold the list",

  // One household
  "我们的服务": "What we do",
  "原因": "Reason",
  "提供的帮助": "Help offered",
  "确认人": "Confirmed by",
  "确认日期": "Confirmed on",
  "复核日期": "Review on",
  "上次的评估已过复核日期，不再沿用。请走访后重新提出建议。":
    "The last assessment has passed its review date and no longer holds. Please visit and propose anew.",
  "还没有人评估过需要什么帮助。走访后可以提出建议，由上级确认。":
    "Nobody has assessed yet which help is needed. After a visit you may propose it; somebody else confirms.",
  "待确认的建议": "Proposal to be confirmed",
  "提出人": "Proposed by",
  "提出日期": "Proposed on",
  "确认之前，地图和统计都不改变。": "Until it is confirmed, map and figures stay as they are.",
  "户主": "Contact",
  "电话": "Phone",
  "地址": "Address",
  "人口": "Members",
  "您的岗位看不到户主信息。": "Your post does not see who lives here.",
  "谁来负责": "Who answers for it",
  "主责": "Lead",
  "还没有划入网格": "In no grid yet",
  "位置": "Position",
  "还没有位置，地图上看不到。": "No position yet, so it is not on the map.",
  "关闭": "Close",

  // Search
  "地名、拼音首字母、编码": "Name, initials or code",
  "搜索地名、拼音首字母、编码或户编号": "Search by name, pinyin initials, code or household number",
  "搜索结果": "Search results",
  "{n}个结果": "{n} results",
  "没有找到“{q}”。可以试试拼音首字母或编码。": "Nothing found for “{q}”. Try pinyin initials or a code.",
  "暂时搜不了，请稍后再试。": "Search is not available just now. Please try again later.",

  // The network
  "连不上服务器。": "The server cannot be reached.",
  "连不上服务器，现在看到的是 {time} 的内容。恢复后会自动更新。":
    "The server cannot be reached. You see things as of {time}; they update by themselves when it is back.",
  "现在重试": "Try now",
  "网络已恢复，内容已更新。": "The network is back; everything is up to date.",

  // Paper
  "家庭（户）": "Households",
  "未评估（户）": "Not assessed",
  "到期未复核（户）": "Overdue for review",
  "统计到 {day}。单位：户。只含打印人有权查看的范围，小于5的数不打印。":
    "As of {day}. Unit: households. Only what the person printing may see; numbers below 5 are not printed.",
  "打印人：{name}": "Printed by: {name}",
  "演示数据：乡镇、村、网格边界为虚构。": "Demonstration data: outlines of towns, villages and grids are invented.",

  // What the server says
  "没有找到。": "Not found.",
  "没有找到这户。": "This household was not found.",
  "没有找到这个区划，代码可能已经变更。": "This division was not found; its code may have changed.",
  "没有找到这个网格，可能已经停用。": "This grid was not found; it may have been closed.",
  "您的岗位不能做这件事。": "Your post may not do this.",
  "系统没能完成这次操作，请稍后再试。": "The system could not finish this. Please try again later.",
  "数据库暂时连不上，请稍后再试。": "The database cannot be reached just now. Please try again later.",
  "还在吗？": "Still there?",
  "有一会儿没有操作了。再过不到两分钟，就要重新登录；写的内容不会丢。": "Nothing has been done for a while. In less than two minutes you will have to sign in again; what you wrote is not lost.",
  "继续使用": "Go on",
  "请重新登录": "Please sign in again",
  "为了安全，登录已经结束。请在新打开的页面里登录，再回到这里：写的内容还在。": "For safety the session has ended. Sign in on the page that opens, then come back here: what you wrote is still there.",
  "重新登录": "Sign in again",
};
