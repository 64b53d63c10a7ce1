"""The Web API's methods about people and places: who there is, which channels, which groups, and what was said there.

Source: docs.slack.dev, reference of ``team.*``, ``users.*``, ``bots.*``, ``usergroups.*`` and ``conversations.*``.
"""

from playground.slack_rules import BY_KIND, Method, Refusal, Rules, flag, stamp
from playground.slack_things import APP, BOT, BOT_NAME, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME, Channel, Json, Message
from playground.slack_workspace import Workspace


class Places:
    """Who and where."""

    def __init__(self, workspace: Workspace, rules: Rules) -> None:
        self._space = workspace
        self._rules = rules

    @property
    def methods(self) -> dict[str, Method]:
        """The methods by their names."""
        return {
            "team.info": self._team_info,
            "users.info": self._users_info,
            "users.list": self._users_list,
            "bots.info": self._bots_info,
            "usergroups.list": self._usergroups,
            "usergroups.users.list": self._usergroup_users,
            "conversations.info": self._conversations_info,
            "conversations.list": self._conversations_list,
            "conversations.open": self._conversations_open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }

    # What other methods ask

    def channel(self, args: Json, method: str = "") -> Channel:
        """The channel of the arguments, if the bot may know of it; and the scope that its kind needs."""
        name = str(args.get("channel") or "")
        if name.startswith(("U", "W")) and not method:
            return self._direct(name)
        channel = self._space.channels.get(name) or (None if method else self._space.channel_named(name))
        if channel is None or ((channel.private or channel.direct) and BOT_USER not in channel.members):
            raise Refusal("channel_not_found")
        if method:
            kind = "im" if channel.direct else "groups" if channel.private else "channels"
            self._rules.need(f"{kind}:{BY_KIND[method]}")
        return channel

    def _direct(self, user: str) -> Channel:
        profile = self._space.people.get(user)
        if profile is None:
            raise Refusal("user_not_found")
        if profile.gone:
            raise Refusal("user_disabled")
        if profile.bot:
            raise Refusal("cannot_dm_bot")
        return self._space.direct_with(user)

    def writable(self, args: Json) -> Channel:
        """The channel of the arguments, if the bot may post there."""
        channel = self.channel(args)
        if channel.archived:
            raise Refusal("is_archived")
        if BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    # People

    def _team_info(self, args: Json) -> Json:
        return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}}

    def _users_info(self, args: Json) -> Json:
        profile = self._space.people.get(str(args.get("user")))
        if profile is None:
            raise Refusal("user_not_found")
        return {"user": profile.as_slack(self._space.clock())}

    def _users_list(self, args: Json) -> Json:
        return self._listed("members", [profile.as_slack(self._space.clock()) for profile in self._space.people.values()], args)

    def _bots_info(self, args: Json) -> Json:
        if args.get("bot", BOT) != BOT:
            raise Refusal("bot_not_found")
        return {"bot": {"id": BOT, "deleted": False, "name": BOT_NAME, "app_id": APP, "user_id": BOT_USER}}

    def _usergroups(self, args: Json) -> Json:
        groups = [
            {"id": key, "team_id": TEAM, "is_usergroup": True, "name": handle, "handle": handle, "date_delete": 0, "user_count": len(users)}
            | ({"users": users} if flag(args.get("include_users")) else {})
            for key, (handle, users) in self._space.groups.items()
        ]
        return {"usergroups": groups}

    def _usergroup_users(self, args: Json) -> Json:
        if str(args.get("usergroup")) not in self._space.groups:
            raise Refusal("no_such_subteam")
        return {"users": self._space.groups[str(args["usergroup"])][1]}

    # Channels

    def _conversations_info(self, args: Json) -> Json:
        return {"channel": self.channel(args, "conversations.info").as_slack()}

    def _conversations_list(self, args: Json) -> Json:
        kinds = set(str(args.get("types") or "public_channel").split(","))
        for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
            if kind in kinds:
                self._rules.need(scope)
        found = [
            channel.as_slack()
            for channel in self._space.channels.values()
            if not channel.direct
            and ("private_channel" if channel.private else "public_channel") in kinds
            and (not channel.private or BOT_USER in channel.members)
            and not (channel.archived and flag(args.get("exclude_archived")))
        ]
        return self._listed("channels", found, args)

    def _listed(self, key: str, rows: list[Json], args: Json) -> Json:
        """One page of a list."""
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 1000)
        more = start + limit < len(rows)
        return {key: rows[start : start + limit], "response_metadata": {"next_cursor": str(start + limit) if more else ""}}

    def _conversations_open(self, args: Json) -> Json:
        if args.get("channel"):
            channel = self.channel({"channel": args["channel"]})
        else:
            users = [user for user in str(args.get("users") or "").split(",") if user]
            if not users:
                raise Refusal("users_list_not_supplied")
            if len(users) > 1:
                self._rules.need("mpim:write")
            channel = self._direct(users[0])
        return {"channel": channel.as_slack() if flag(args.get("return_im")) else {"id": channel.id}, "no_op": True, "already_open": True}

    # What was said there

    def _history(self, args: Json) -> Json:
        channel = self._readable(args, "conversations.history")
        chosen = [
            message
            for message in channel.messages.values()
            if not message.thread_ts or message.broadcast or message.thread_ts == message.ts
        ]
        return self._page(sorted(chosen, key=lambda message: message.ts, reverse=True), args)

    def _replies(self, args: Json) -> Json:
        channel = self._readable(args, "conversations.replies")
        parent = channel.messages.get(str(args.get("ts")))
        if parent is None:
            raise Refusal("thread_not_found")
        top = parent.thread_ts or parent.ts
        chosen = [message for message in channel.messages.values() if top in (message.ts, message.thread_ts)]
        return self._page(sorted(chosen, key=lambda message: message.ts), args)

    def _readable(self, args: Json, method: str) -> Channel:
        channel = self.channel(args, method)
        if BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def _page(self, messages: list[Message], args: Json) -> Json:
        oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
        if not (oldest.replace(".", "", 1).isdigit() and latest.replace(".", "", 1).isdigit()):
            raise Refusal("invalid_ts_oldest")
        inclusive = flag(args.get("inclusive"))
        low, high = stamp(oldest), stamp(latest)
        inside = [m for m in messages if low < stamp(m.ts) < high or (inclusive and stamp(m.ts) in (low, high))]
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 999)
        page = inside[start : start + limit]
        more = start + limit < len(inside)
        with_metadata = flag(args.get("include_all_metadata"))
        return {
            "messages": [message.as_slack(with_metadata) for message in page],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }
