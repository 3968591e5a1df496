"""Made reviews in Chinese, of our own words: a set that any machine can make, with a known ceiling."""

import numpy as np

from core.specs import Examples

THINGS = ("菜", "汤", "面条", "牛肉", "早餐", "房间", "床", "浴室", "服务", "前台", "位置", "价格", "快递", "包装",
          "屏幕", "电池", "键盘", "声音", "说明书", "外观")  # fmt: skip
PRAISE = ("很好", "不错", "挺满意", "让人惊喜", "比想象中好", "没得挑", "一点也不差", "值这个价", "干净利落")
BLAME = (
    "很差",
    "不行",
    "让人失望",
    "比想象中差",
    "不怎么样",
    "一点也不好",
    "不值这个价",
    "乱七八糟",
    "没法用",
    "糟透了",
)
PLAIN = (
    "昨天刚到",
    "和朋友一起来的",
    "第二次买",
    "出差住了两晚",
    "给家里人用的",
    "下雨天去的",
    "看了介绍才选",
    "用了一个星期",
)
ENDINGS = {1: ("还会再来", "推荐给大家", "下次还选这家", ""), 0: ("不会再来", "大家慎重", "以后不买了", "")}
MIXED, WRONG = 0.3, 0.05  # of the reviews: with a clause that says otherwise; with the other label


def reviews(count: int, seed: int = 0) -> Examples:
    """Return reviews of one to four clauses; one in twenty has the wrong label, so that 95 % is the most."""
    chance = np.random.default_rng(seed)
    texts, targets = [], []
    for _ in range(count):
        good = int(chance.random() < 0.5)
        said = [_clause(good, chance) for _ in range(chance.integers(1, 4))]
        if len(said) > 1 and chance.random() < MIXED:
            said.insert(0, _clause(1 - good, chance) + "，不过")
        if chance.random() < 0.5:
            said.insert(0, str(chance.choice(PLAIN)))
        ending = str(chance.choice(ENDINGS[good]))
        texts.append("，".join([*said, ending] if ending else said).replace("不过，", "不过") + "。")
        targets.append(1 - good if chance.random() < WRONG else good)
    return Examples(tuple(texts), np.array(targets, np.int64), ("差评", "好评"))


def _clause(good: int, chance: np.random.Generator) -> str:
    return str(chance.choice(THINGS)) + str(chance.choice(PRAISE if good else BLAME))
