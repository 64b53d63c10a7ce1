"""The Web API of the stand-in for Slack: who may call which method, how often, and what becomes of it."""

from collections.abc import Callable

from playground.slack_messages import Messages
from playground.slack_places import Places
from playground.slack_rules import BY_KIND, FORM_ONLY, NEEDS, PER_MINUTE, POST_BURST, Bucket, Method, Refusal, Rules
from playground.slack_things import BOT, BOT_NAME, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME, Json
from playground.slack_uploads import Uploads
from playground.slack_views import Views
from playground.slack_workspace import Workspace


class WebApi:
    """Carries out the methods. ``call`` raises ``Refusal`` for whatever Slack would not do.

    Attributes:
        messages, views, uploads: For what reaches them by another way than a method.
    """

    def __init__(self, workspace: Workspace, rules: Rules, base_url: Callable[[], str], socket_url: Callable[[], str]) -> None:
        self._space = workspace
        self._rules = rules
        self._socket_url = socket_url
        self._buckets: dict[str, Bucket] = {}
        places = Places(workspace, rules)
        self.messages = Messages(workspace, places)
        self.views = Views(workspace)
        self.uploads = Uploads(workspace, places, base_url)
        self._methods: dict[str, Method] = {
            "api.test": self._api_test,
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            **places.methods,
            **self.messages.methods,
            **self.views.methods,
            **self.uploads.methods,
        }

    def accepted_scopes(self, method: str) -> str:
        """What the header ``x-accepted-oauth-scopes`` says."""
        if method in BY_KIND:
            return ",".join(f"{kind}:{BY_KIND[method]}" for kind in ("channels", "groups", "mpim", "im"))
        return NEEDS.get(method, "")

    def call(self, method: str, token: str, args: Json, as_json: bool = False) -> Json:
        """Carry out one method."""
        if method not in self._methods:
            raise Refusal("unknown_method", req_method=method)
        if method != "api.test":
            self._authorise(method, token)
        self._pace(method, args)
        if method in NEEDS:
            self._rules.need(NEEDS[method])
        given = {} if as_json and method in FORM_ONLY else {key: value for key, value in args.items() if value is not None}
        with self._space.changed:
            return {"ok": True, **self._methods[method](given)}

    def _authorise(self, method: str, token: str) -> None:
        if not token:
            raise Refusal("not_authed")
        wanted = self._rules.app_token if method == "apps.connections.open" else self._rules.bot_token
        if token != wanted:
            known = token in (self._rules.app_token, self._rules.bot_token)
            raise Refusal("not_allowed_token_type" if known else "invalid_auth")
        if self._rules.token_error:
            raise Refusal(self._rules.token_error)

    def _pace(self, method: str, args: Json) -> None:
        if not self._rules.rate_limits:
            return
        with self._space.changed:
            if method == "chat.postMessage":
                name, size, rate = f"post {args.get('channel')}", float(POST_BURST), 1.0
            elif method in PER_MINUTE:
                name, size, rate = method, float(PER_MINUTE[method]), PER_MINUTE[method] / 60
            else:
                return
            wait = self._buckets.setdefault(name, Bucket(self._space.clock, size, rate)).take()
        if wait:
            error = "rate_limited" if method == "chat.postMessage" else "ratelimited"
            raise Refusal(error, status=429, headers={"retry-after": str(wait)})

    # The app itself

    def _api_test(self, args: Json) -> Json:
        if args.get("error"):
            raise Refusal(str(args["error"]))
        return {"args": args} if args else {}

    def _auth_test(self, args: Json) -> Json:
        return {
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": TEAM_NAME,
            "user": BOT_NAME,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _connections_open(self, args: Json) -> Json:
        if self._rules.refuse_connections:
            raise Refusal("internal_error", status=503)
        return {"url": self._socket_url()}
