/* English for case work. */

export default {
  // A worry
  "我有担心": "I am worried",
  "您担心什么": "What worries you?",
  "只有个案工作者能看到，交出去以后您自己也看不到。": "Only a case worker can see it. Once handed in, not even you can.",
  "交出去": "Hand it in",
  "不写了": "Never mind",
  "连不上服务器，请稍后再试。": "The server cannot be reached. Please try again later.",

  // The list
  "个案 {number}": "Case {number}",
  "{day}开始": "since {day}",
  "还没有人负责": "Nobody follows it yet",
  "打开个案": "Open the case",
  "由谁负责": "Who follows it",
  "请选择": "Please choose",
  "交给她": "Give it to her",
  "没有由您负责的个案": "No case is yours",
  "有了新的，会由区里交给您。": "The district will give you new ones.",
  "回到列表": "Back to the list",

  // One case
  "户编号": "Household number",
  "真实位置": "True place",
  "封存以后，导入的名单又提到这户": "An imported list has named this family since it was sealed",
  "备注": "Note",
  "保护": "Protection",
  "不保护": "None",
  "大家看到的是真实的位置。": "Everybody sees the true place.",
  "不公开住址": "Address kept private",
  "除您以外，大家在地图和名单上看到的是村里的办公地点。": "Everybody but you sees the village office on map and lists.",
  "封存": "Sealed",
  "除您以外，谁也找不到这户，数字里也没有。": "Nobody but you finds this family, and no figure counts it.",
  "理由": "Reason",
  "请写明理由。": "Please say why.",
  "改变保护": "Change the protection",
  "谁说了什么": "Who said what",
  "本人要求": "At the family's wish",
  "有人担心": "Somebody is worried",
  "记录": "Record",
  "添一条记录，写下就不能改": "Add an entry; once written it cannot be changed",
  "写下": "Write it down",
  "临时住处": "Stays at",
  "人身安全保护令至": "Protection order until",

  // In haste
  "您正在紧急查看，到 {time} 自动结束。每一步都有记录。": "You are looking in an emergency; it ends by itself at {time}. Every step is logged.",
  "这个个案不由您负责": "This case is not yours",
  "情况紧急时可以查看 3 小时，到时自动结束。区里的负责人和审计员马上会收到通知，并复核理由。": "In an emergency you may look for 3 hours; then it ends by itself. The district's lead and the auditors are told at once and review the reason.",
  "为什么现在要看（至少 10 个字）": "Why you must look now (at least 10 characters)",
  "紧急查看": "Emergency access",
  "{name}查看了个案 {number}": "{name} looked at case {number}",
  "{day}已复核": "Reviewed {day}",
  "复核意见（可以不写）": "Remark (may be left empty)",
  "已复核": "Reviewed",
};
