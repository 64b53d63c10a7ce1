"""The Web API's methods that show views: modals, which may lie on each other, and the Home tab.

Source: docs.slack.dev, reference of ``views.*``.
"""

from dataclasses import replace

from playground.slack_limits import view_problems, view_too_large
from playground.slack_rules import Method, Refusal, decoded, invalid
from playground.slack_things import Json, View
from playground.slack_workspace import Trigger, Workspace

ACK_SECONDS = 3.0
STACK = 3
"""How many modals may lie on each other."""


class Views:
    """What the app shows beside its messages."""

    def __init__(self, workspace: Workspace) -> None:
        self._space = workspace

    @property
    def methods(self) -> dict[str, Method]:
        """The methods by their names."""
        return {
            "views.open": self._open,
            "views.push": self._push,
            "views.update": self._update,
            "views.publish": self._publish,
        }

    def checked(self, args: Json, home: bool = False) -> Json:
        """The checked view of the arguments."""
        view = decoded(args.get("view"), "invalid_arguments")
        if view is None:
            raise invalid("invalid_arguments", ["missing required field: view"])
        problems = view_problems(view)
        if not problems and (view["type"] == "home") != home:
            problems = [f"unsupported type: {view['type']} [json-pointer:/view/type]"]
        if problems:
            raise invalid("invalid_arguments", problems)
        if view_too_large(view):
            raise Refusal("view_too_large")
        outside = view.get("external_id")
        if outside and any(v.content.get("external_id") == outside and not v.closed for v in self._space.views.values()):
            known = self._space.views.get(str(args.get("view_id"))) or self._outside(args)
            if known is None or known.content.get("external_id") != outside:
                raise Refusal("duplicate_external_id")
        return dict(view)

    def _trigger(self, args: Json) -> Trigger:
        trigger = self._space.triggers.get(str(args.get("trigger_id") or ""))
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._space.clock() > trigger.until:
            raise Refusal("expired_trigger_id")
        return trigger

    def _open(self, args: Json) -> Json:
        trigger = self._trigger(args)
        content = self.checked(args)
        trigger.used = True
        return self._shown(self._new_view(trigger.user, content), trigger)

    def _push(self, args: Json) -> Json:
        trigger = self._trigger(args)
        content = self.checked(args)
        below = self._space.views.get(trigger.view)
        if below is None:
            raise Refusal("not_found")
        pushed = self.push(below, content)
        trigger.used = True
        return self._shown(pushed, trigger)

    def push(self, below: View, content: Json) -> View:
        """A new view on top of another.

        Raises:
            Refusal: ``push_limit_reached``.
        """
        root = below.root or below.id
        if sum(view.root == root or view.id == root for view in self._space.views.values() if not view.closed) >= STACK:
            raise Refusal("push_limit_reached")
        return replace(self._new_view(below.user, content), root=root, previous=below.id)

    def _new_view(self, user: str, content: Json) -> View:
        return View(id=self._space.new_id("V"), hash=self._space.new_id("h"), user=user, content=content)

    def _shown(self, view: View, trigger: Trigger | None = None) -> Json:
        self._space.show(view, trigger.asked if trigger else None)
        return {"view": view.as_slack()}

    def _outside(self, args: Json) -> View | None:
        outside = args.get("external_id")
        return next((v for v in self._space.views.values() if outside and v.content.get("external_id") == outside), None)

    def _update(self, args: Json) -> Json:
        old = self._space.views.get(str(args.get("view_id"))) or self._outside(args)
        if old is None or old.closed:
            raise Refusal("not_found")
        self._space.wait_sent(old.id, ACK_SECONDS)
        old = self._space.views[old.id]
        content = self.checked(args, home=old.home)
        if args.get("hash") and args["hash"] != old.hash:
            raise Refusal("hash_conflict")
        return self._shown(replace(old, content=content, hash=self._space.new_id("h")))

    def _publish(self, args: Json) -> Json:
        user = str(args.get("user_id") or "")
        if user not in self._space.people:
            raise invalid("invalid_arguments", ["invalid user_id"])
        content = self.checked(args, home=True)
        old = next((view for view in self._space.views.values() if view.home and view.user == user), None)
        if args.get("hash") and old is not None and args["hash"] != old.hash:
            raise Refusal("hash_conflict")
        new = replace(old, content=content, hash=self._space.new_id("h")) if old else replace(self._new_view(user, content), home=True)
        return self._shown(new)
