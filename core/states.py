"""One way to write down which step may follow which state.

A machine is a table. Services ask it before they write; docs/states.md is drawn from it; a test walks
every state and step of every machine and finds that nothing else goes through.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Conflict


class StepNotPossible(Conflict):
    """The thing has moved on, or never was where this step begins."""


@dataclass(frozen=True)
class Step:
    """`name` leads from any of `sources` to `target`; an empty source is the beginning."""

    name: str
    sources: tuple[str, ...]
    target: str
    label: str


class Machine:
    """The steps of one kind of thing. `states` gives each state its Chinese name."""

    def __init__(self, name: str, *, states: dict[str, str], steps: Iterable[Step]):
        steps = tuple(steps)
        self.name, self.states = name, dict(states)
        self.steps = {step.name: step for step in steps}
        known = {"", *self.states}
        if len(self.steps) != len(steps):
            raise ValueError(f"{name}: a step is named twice")
        for step in steps:
            if strange := {*step.sources, step.target} - known:
                raise ValueError(f"{name}: {step.name} knows no {strange}")

    def after(self, state: str, step: str) -> str:
        """The state that `step` leads to. Raises StepNotPossible, in words for the user."""
        found = self.steps[step]
        if state not in found.sources:
            now = self.states.get(state, "还没有开始")
            raise StepNotPossible(
                f"现在是“{now}”，不能“{found.label}”。请刷新页面，看看刚才有没有别人处理过。"
            )
        return found.target

    def open_to(self, state: str) -> list[Step]:
        """The steps that may follow `state`, in the order of the table."""
        return [step for step in self.steps.values() if state in step.sources]

    def drawing(self) -> str:
        """A Mermaid state diagram."""
        lines = ["stateDiagram-v2"]
        lines += [f"    {state}: {name}" for state, name in self.states.items()]
        for step in self.steps.values():
            for source in step.sources:
                lines.append(f"    {source or '[*]'} --> {step.target}: {step.label}")
        sources = {source for step in self.steps.values() for source in step.sources}
        lines += [f"    {state} --> [*]" for state in self.states if state not in sources]
        return "\n".join(lines)
