"""A browser's long name for itself, as a person knows it: “Chrome · Windows”. Said, not proven: never decide by it."""

_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("360", "360 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("UBrowser", "UC 浏览器"),
    ("Qaxbrowser", "奇安信浏览器"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("HarmonyOS", "鸿蒙"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("UOS", "统信"),
    ("Kylin", "麒麟"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Browser and system in a few words; 未知设备 where neither is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or "未知设备"
