"""Which kinds of block and element Slack knows, where each may stand, and which keys it may have.

Source: docs.slack.dev, reference of blocks, block elements, composition objects and views.
"""

EVERYWHERE = frozenset({"message", "modal", "home"})
SURFACES: dict[str, frozenset[str]] = {
    "actions": EVERYWHERE,
    "alert": frozenset({"modal"}),
    "card": EVERYWHERE,
    "carousel": frozenset({"message", "home"}),
    "container": frozenset({"message"}),
    "context": EVERYWHERE,
    "context_actions": frozenset({"message"}),
    "data_table": frozenset({"message", "home"}),
    "data_visualization": frozenset({"message"}),
    "divider": EVERYWHERE,
    "file": frozenset({"message"}),
    "header": EVERYWHERE,
    "image": EVERYWHERE,
    "input": EVERYWHERE,
    "markdown": frozenset({"message"}),
    "plan": frozenset({"message"}),
    "rich_text": EVERYWHERE,
    "section": EVERYWHERE,
    "table": frozenset({"message", "home"}),
    "task_card": frozenset({"message"}),
    "video": EVERYWHERE,
}
"""Which block may stand on which surface."""

SELECTS = frozenset(
    f"{many}{kind}_select" for many in ("", "multi_") for kind in ("static", "external", "users", "conversations", "channels")
)
PICKERS = frozenset({"datepicker", "timepicker", "datetimepicker"})
CHOICES = SELECTS | PICKERS | {"checkboxes", "radio_buttons"}
IN_ACTIONS = CHOICES | {"button", "overflow", "workflow_button", "rich_text_input"}
IN_SECTION = (CHOICES - {"datetimepicker"}) | {"button", "overflow", "workflow_button", "image"}
IN_INPUT = CHOICES | {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
COMMON = {"type", "action_id", "confirm", "focus_on_load", "placeholder"}
"""Keys of most elements."""
ELEMENT_KEYS: dict[str, set[str]] = {
    "button": {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"},
    "workflow_button": {"type", "text", "action_id", "workflow", "style", "accessibility_label"},
    "overflow": {"type", "action_id", "options", "confirm"},
    "checkboxes": COMMON | {"options", "initial_options"},
    "radio_buttons": COMMON | {"options", "initial_option"},
    "datepicker": COMMON | {"initial_date"},
    "timepicker": COMMON | {"initial_time", "timezone"},
    "datetimepicker": COMMON | {"initial_date_time"},
    "plain_text_input": COMMON | {"initial_value", "multiline", "min_length", "max_length", "dispatch_action_config"},
    "email_text_input": COMMON | {"initial_value", "dispatch_action_config"},
    "url_text_input": COMMON | {"initial_value", "dispatch_action_config"},
    "number_input": COMMON | {"initial_value", "is_decimal_allowed", "min_value", "max_value", "dispatch_action_config"},
    "rich_text_input": COMMON | {"initial_value", "dispatch_action_config"},
    "file_input": {"type", "action_id", "filetypes", "max_files"},
    "image": {"type", "image_url", "slack_file", "alt_text"},
}
SELECT_KEYS = COMMON | {"initial_option", "initial_options", "options", "option_groups", "max_selected_items", "min_query_length"}
SELECT_KEYS |= {f"initial_{what}{s}" for what in ("user", "conversation", "channel") for s in ("", "s")}
SELECT_KEYS |= {"default_to_current_conversation", "filter", "response_url_enabled"}
BLOCK_KEYS: dict[str, set[str]] = {
    "actions": {"elements"},
    "context": {"elements"},
    "divider": set(),
    "file": {"external_id", "source"},
    "header": {"text", "level"},
    "image": {"image_url", "slack_file", "alt_text", "title"},
    "input": {"label", "element", "dispatch_action", "hint", "optional"},
    "markdown": {"text"},
    "rich_text": {"elements"},
    "section": {"text", "fields", "accessory", "expand"},
    "table": {"rows", "column_settings"},
    "data_table": {"caption", "rows", "page_size", "row_header_column_index"},
    "data_visualization": {"title", "chart"},
    "alert": {"text", "level"},
}
RICH = {"rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"}
"""What rich text is made of."""
LEAVES = {"text", "link", "user", "usergroup", "channel", "emoji", "team", "broadcast", "color", "date"}
"""What these are made of in turn, but for lists: those hold sections."""
VIEW_KEYS = {
    "modal": {
        "type", "title", "blocks", "close", "submit", "private_metadata", "callback_id", "clear_on_close", "notify_on_close",
        "external_id", "submit_disabled",
    },
    "home": {"type", "blocks", "private_metadata", "callback_id", "external_id", "title", "close", "submit"},
}  # fmt: skip
